#![doc = include_str!("../README.md")]

mod account_job;
mod serve;
mod services;

pub use account_job::{AccountJob, OutOfTime};
pub use serve::{MessageHandler, serve};
pub use services::Services;
