//! The browser as an implementation of what the engine needs. Runs in workers only; knows no screen.

pub mod entropy;
pub mod host;
pub mod indexed_db;
pub mod lock;
pub mod sealer;
pub mod serve;
pub mod turn;
