#![doc = include_str!("../README.md")]

mod handler;
pub mod outcome;

pub use handler::SyncWorker;
