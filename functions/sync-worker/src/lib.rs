#![doc = include_str!("../README.md")]

mod handler;
mod outcome;

pub use handler::SyncWorker;
