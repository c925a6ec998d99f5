//! The configuration of the function.

use std::collections::BTreeMap;
use std::sync::Arc;

use runtime::config::{DeploymentConfig, InvalidVariable};
use runtime::{ConfigError, Env};

use crate::http::caller::ClaimNames;
use crate::workers::{self, AnyWorker};

/// The default of `GROUPS_CLAIM`: the claim with the caller's groups.
pub const DEFAULT_GROUPS_CLAIM: &str = "cognito:groups";
/// The default of `TENANT_CLAIM`: the claim with the caller's tenant.
pub const DEFAULT_TENANT_CLAIM: &str = "custom:tenant_id";
/// The default of `ADMIN_GROUP`: the group of platform admins.
pub const DEFAULT_ADMIN_GROUP: &str = "platform_admin";

/// The function's configuration, from environment variables. [`runtime::telemetry::init`] reads
/// `LOG_LEVEL` and `LOG_FORMAT`.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// What every function reads: stage, table, names of secrets, retention of events.
    pub deployment: DeploymentConfig,
    /// `CURSOR_SECRET`: the name or ARN of the secret whose value encrypts the cursors of lists.
    pub cursor_secret: String,
    /// `WORKER_QUEUES`: a JSON object with the queue URL of every worker.
    pub worker_queues: BTreeMap<String, String>,
    /// Who a caller is, by the claims of the ID token.
    pub claim_names: Arc<ClaimNames>,
}

impl ApiConfig {
    /// Reads the configuration from the process's environment.
    ///
    /// # Errors
    /// Fails with the name of every variable that is missing or invalid.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(Env::from_process())
    }

    /// Reads the configuration from `env`; tests pass a map.
    ///
    /// # Errors
    /// Fails with the name of every variable that is missing or invalid.
    pub fn read(mut env: Env) -> Result<Self, ConfigError> {
        let deployment = DeploymentConfig::read(&mut env);
        let cursor_secret = env.required("CURSOR_SECRET", "the name or ARN of the secret that encrypts cursors");
        let worker_queues = worker_queues(&mut env);
        let or_default = |variable: &str, default: &str| env.optional(variable).unwrap_or_else(|| default.to_owned());
        let claim_names = Arc::new(ClaimNames {
            groups: or_default("GROUPS_CLAIM", DEFAULT_GROUPS_CLAIM),
            tenant: or_default("TENANT_CLAIM", DEFAULT_TENANT_CLAIM),
            admin_group: or_default("ADMIN_GROUP", DEFAULT_ADMIN_GROUP),
        });
        env.finish(|| {
            Ok(Self {
                deployment: deployment?,
                cursor_secret: cursor_secret?,
                worker_queues: worker_queues?,
                claim_names,
            })
        })
    }
}

/// A worker without a queue would only show when its run is requested, so a missing queue prevents
/// the start.
fn worker_queues(env: &mut Env) -> Result<BTreeMap<String, String>, InvalidVariable> {
    const EXPECTED: &str = "a JSON object of every worker's queue URL";
    let queues: BTreeMap<String, String> = env.json("WORKER_QUEUES", EXPECTED)?;
    let is_url = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    let missing: Vec<&str> =
        workers::all().map(AnyWorker::name).filter(|name| !queues.get(*name).is_some_and(is_url)).collect();
    if missing.is_empty() {
        return Ok(queues);
    }
    Err(env.invalid("WORKER_QUEUES", &format!("has no queue URL of {}", missing.join(", ")), EXPECTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUES: &str = r#"{"droplets":"https://q/1","domains":"http://q/2","projects":"https://q/3"}"#;

    #[test]
    fn optional_variables_have_defaults() {
        let queues: BTreeMap<String, String> =
            workers::all().map(|worker| (worker.name().to_owned(), format!("https://sqs/{}", worker.name()))).collect();
        let queues = serde_json::to_string(&queues).unwrap();
        let env = [
            ("STAGE", "dev"),
            ("TABLE_NAME", "t"),
            ("CURSOR_SECRET", "c"),
            ("WORKER_QUEUES", queues.as_str()),
            ("GROUPS_CLAIM", " "),
        ];
        let config = ApiConfig::read(Env::from_map(env)).unwrap();
        assert_eq!(config.deployment.secret_prefix, "arcadia/dev/do");
        assert_eq!(config.claim_names.groups, "cognito:groups");
        assert_eq!(config.claim_names.tenant, "custom:tenant_id");
        assert_eq!(config.claim_names.admin_group, "platform_admin");
        assert_eq!(config.deployment.event_retention, chrono::TimeDelta::days(400));
    }

    #[test]
    fn every_wrong_variable_is_reported_at_once() {
        let queues = QUEUES.replace("http://q/2", "q");
        let env = [("WORKER_QUEUES", queues.as_str()), ("EVENT_RETENTION_DAYS", "0")];
        let error = ApiConfig::read(Env::from_map(env)).unwrap_err();
        let variables: Vec<_> = error.problems.iter().map(|problem| problem.variable.as_str()).collect();
        assert_eq!(variables, ["STAGE", "TABLE_NAME", "EVENT_RETENTION_DAYS", "CURSOR_SECRET", "WORKER_QUEUES"]);
        assert!(error.to_string().contains("has no queue URL of"), "{error}");
        assert!(error.to_string().contains("domains") && error.to_string().contains("invoice-ingest"), "{error}");
    }
}
