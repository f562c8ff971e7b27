//! The bundler worker: a sealer that can do all of it. What it does is in [`daifuku::web::sealer`].

fn main() {
    daifuku::web::sealer::serve_bundles();
}
