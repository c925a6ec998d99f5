//! Mirrors one kind of DigitalOcean resource; the environment variable WORKER says which.
//!
//! A tick for all accounts becomes one message for each; a message for an account becomes one sweep. What a sweep comes to decides what
//! becomes of its message: see [`outcome`].

mod handler;
pub mod outcome;

pub use handler::SyncWorker;
