//! Typed configuration from environment variables.
//!
//! A function reads its whole configuration at start and fails with **one** error that names every variable that is missing
//! or invalid, so a deployment is put right in one go. No value is ever echoed: a variable may hold what must not be logged.

mod env;
mod worker;

pub use env::{ConfigError, ConfigProblem, Env, InvalidVariable};
pub use worker::{DEFAULT_EVENT_RETENTION_DAYS, DEFAULT_INTERNAL_PROJECT, ProviderWrites, WorkerConfig};

#[cfg(test)]
mod tests;
