//! The engine worker. What it does is in [`daifuku::web::serve`].

fn main() {
    daifuku::web::serve::serve();
}
