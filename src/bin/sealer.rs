//! The sealer worker. What it does is in [`daifuku::web::sealer`].

fn main() {
    daifuku::web::sealer::serve();
}
