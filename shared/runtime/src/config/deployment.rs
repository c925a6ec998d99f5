//! The variables that every function reads, workers and the API alike.

use chrono::TimeDelta;

use super::{Env, InvalidVariable};

/// The default of `EVENT_RETENTION_DAYS`: how long resource events are kept, in days.
pub const DEFAULT_EVENT_RETENTION_DAYS: u32 = 400;

/// The deployment that a function belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentConfig {
    /// `STAGE`: the deployment's name, such as `dev`.
    pub stage: String,
    /// `TABLE_NAME`: the `DynamoDB` table.
    pub table_name: String,
    /// `SECRET_PREFIX`: the prefix of the names of the token secrets, without a slash at the end;
    /// default `arcadia/<stage>/do`.
    pub secret_prefix: String,
    /// `EVENT_RETENTION_DAYS`: how long resource events are kept, 1 to 36,500 days; default
    /// [`DEFAULT_EVENT_RETENTION_DAYS`].
    pub event_retention: TimeDelta,
}

impl DeploymentConfig {
    /// Reads the variables from `env`.
    ///
    /// # Errors
    /// Fails if a variable is missing or invalid; `env` knows which, all of them.
    pub fn read(env: &mut Env) -> Result<Self, InvalidVariable> {
        let stage = env.required("STAGE", "the deployment's name, such as dev");
        let table_name = env.required("TABLE_NAME", "the DynamoDB table's name");
        let secret_prefix = env.optional("SECRET_PREFIX").map(|prefix| prefix.trim_end_matches('/').to_owned());
        let days = env.number("EVENT_RETENTION_DAYS", DEFAULT_EVENT_RETENTION_DAYS, 1..=36_500);
        let stage = stage?;
        Ok(Self {
            secret_prefix: secret_prefix.unwrap_or_else(|| format!("arcadia/{stage}/do")),
            stage,
            table_name: table_name?,
            event_retention: TimeDelta::days(days?.into()),
        })
    }
}
