//! The configuration of all functions that send wake-ups for sagas.

use runtime::{ConfigError, Env};
use sagas::Timing;
use sagas::record::Phase;

/// The queues and schedules for wake-ups, and the engine's timing.
#[derive(Debug, Clone)]
pub struct SagaConfig {
    /// `EXECUTE_QUEUE_URL` and `EXECUTE_QUEUE_ARN`: the queue of the worker that drives sagas
    /// forward.
    pub execute: QueueAddress,
    /// `COMPENSATE_QUEUE_URL` and `COMPENSATE_QUEUE_ARN`: the queue of the worker that compensates
    /// sagas.
    pub compensate: QueueAddress,
    /// `SCHEDULE_GROUP`: the group of the one-time schedules.
    pub schedule_group: String,
    /// `SCHEDULE_ROLE_ARN`: the role with which the schedules send to the two queues.
    pub schedule_role_arn: String,
    /// `SAGA_TIMING`: `normal`, or `short` for a staging stack; `normal` if not set.
    pub timing: Timing,
}

/// The address of a queue: messages are sent to its URL, schedules send to its ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueAddress {
    /// The URL for sending messages.
    pub url: String,
    /// The ARN for targets of schedules.
    pub arn: String,
}

impl SagaConfig {
    /// Reads the configuration from the process's environment.
    ///
    /// # Errors
    /// Names every variable that is missing or invalid.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(Env::from_process())
    }

    /// Reads the configuration from `env`.
    ///
    /// # Errors
    /// Names every variable that is missing or invalid.
    pub fn read(mut env: Env) -> Result<Self, ConfigError> {
        let execute_url = env.http_url("EXECUTE_QUEUE_URL", "the URL of the queue of `execute`");
        let compensate_url = env.http_url("COMPENSATE_QUEUE_URL", "the URL of the queue of `compensate`");
        let execute_arn = env.required("EXECUTE_QUEUE_ARN", "the ARN of the queue of `execute`");
        let compensate_arn = env.required("COMPENSATE_QUEUE_ARN", "the ARN of the queue of `compensate`");
        let schedule_group = env.required("SCHEDULE_GROUP", "the name of the stack's schedule group");
        let schedule_role_arn = env.required("SCHEDULE_ROLE_ARN", "the ARN of the role that schedules send with");
        let short = match env.optional("SAGA_TIMING") {
            None => Ok(false),
            Some(_) => env.one_of("SAGA_TIMING", &[("normal", false), ("short", true)]),
        };
        env.finish(|| {
            Ok(Self {
                execute: QueueAddress { url: execute_url?.into(), arn: execute_arn? },
                compensate: QueueAddress { url: compensate_url?.into(), arn: compensate_arn? },
                schedule_group: schedule_group?,
                schedule_role_arn: schedule_role_arn?,
                timing: if short? { Timing::short() } else { Timing::default() },
            })
        })
    }

    /// Returns the queue of a phase.
    #[must_use]
    pub fn queue(&self, phase: Phase) -> &QueueAddress {
        match phase {
            Phase::Forward => &self.execute,
            Phase::Compensate => &self.compensate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 6] = [
        ("EXECUTE_QUEUE_URL", "https://sqs.test/execute"),
        ("COMPENSATE_QUEUE_URL", "https://sqs.test/compensate"),
        ("EXECUTE_QUEUE_ARN", "arn:aws:sqs:eu-central-1:123456789012:execute"),
        ("COMPENSATE_QUEUE_ARN", "arn:aws:sqs:eu-central-1:123456789012:compensate"),
        ("SCHEDULE_GROUP", "arcadia-test"),
        ("SCHEDULE_ROLE_ARN", "arn:aws:iam::123456789012:role/schedules"),
    ];

    #[test]
    fn timing_is_normal_unless_set_to_short() {
        let read = |timing| SagaConfig::read(Env::from_map(GOOD.into_iter().chain([("SAGA_TIMING", timing)])));
        assert_eq!(read("").unwrap().timing, Timing::default());
        assert_eq!(read("normal").unwrap().timing, Timing::default());
        assert_eq!(read("short").unwrap().timing, Timing::short());
        assert!(read("brief").unwrap_err().to_string().contains("SAGA_TIMING is not valid (expected normal or short)"));
        let config = read("").unwrap();
        assert!(
            config.queue(Phase::Forward).url.ends_with("execute")
                && config.queue(Phase::Forward).arn.ends_with("execute")
        );
        assert_eq!(config.queue(Phase::Compensate), &config.compensate);
    }

    #[test]
    fn every_missing_variable_is_named() {
        let error = SagaConfig::read(Env::from_map::<&str, &str>([])).unwrap_err().to_string();
        for (variable, _) in GOOD {
            assert!(error.contains(variable), "{variable}: {error}");
        }
    }
}
