//! Typed configuration from environment variables.
//!
//! A function reads its whole configuration at start and fails with **one** error that names every
//! variable that is missing or invalid, so that a deployment can be fixed in one go. Errors never
//! repeat a value, because it may be a secret.

mod deployment;
mod env;
mod worker;

pub use deployment::{DEFAULT_EVENT_RETENTION_DAYS, DeploymentConfig};
pub use env::{ConfigError, ConfigProblem, Env, InvalidVariable};
pub use worker::{DEFAULT_INTERNAL_PROJECT, ProviderWrites, WorkerConfig};

#[cfg(test)]
mod tests;
