//! The AWS SDK configuration of the process, and the clients created from it.

use std::{sync::OnceLock, time::Duration};

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};

/// The maximum number of attempts per operation, the first included.
const MAX_ATTEMPTS: u32 = 4;
/// The first back-off; the SDK doubles it for each attempt and adds jitter. Its default of 1 s is
/// too long for a function with a time limit of 10 s.
const INITIAL_BACKOFF: Duration = Duration::from_millis(100);
/// The longest single back-off.
const MAX_BACKOFF: Duration = Duration::from_secs(3);
/// The time limit of a connection, TCP and TLS together. Inside a region it takes milliseconds; the
/// limit allows for a cold start of a small function.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The time limit of one attempt, connection included.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// The time limit of all attempts of an operation, back-off included.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(20);

/// The AWS configuration and clients of the process. A client is created on first use, because each
/// costs time in the init phase. All clients share one HTTP client, with its connections and its
/// TLS set-up.
#[derive(Debug)]
pub struct AwsClients {
    config: SdkConfig,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    secretsmanager: OnceLock<aws_sdk_secretsmanager::Client>,
    sqs: OnceLock<aws_sdk_sqs::Client>,
    scheduler: OnceLock<aws_sdk_scheduler::Client>,
}

impl AwsClients {
    /// Loads region, credentials and endpoint from the environment (`AWS_REGION`,
    /// `AWS_ENDPOINT_URL`, ...), as Lambda and the emulator set them. It makes no request.
    ///
    /// See <https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html>.
    pub async fn load() -> Self {
        // A dated version instead of `latest()`, so that an update of the SDK does not change its
        // behaviour.
        let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(MAX_ATTEMPTS)
                    .with_initial_backoff(INITIAL_BACKOFF)
                    .with_max_backoff(MAX_BACKOFF),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_TIMEOUT)
                    .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                    .operation_timeout(OPERATION_TIMEOUT)
                    .build(),
            )
            .load()
            .await;
        Self::from_config(config)
    }

    /// Creates the clients from an existing configuration; for tests.
    #[must_use]
    pub const fn from_config(config: SdkConfig) -> Self {
        Self {
            config,
            dynamodb: OnceLock::new(),
            secretsmanager: OnceLock::new(),
            sqs: OnceLock::new(),
            scheduler: OnceLock::new(),
        }
    }

    /// Returns the shared configuration, for creating a client that this type does not have.
    #[must_use]
    pub const fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Returns the `DynamoDB` client; cloning it is cheap.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        self.dynamodb.get_or_init(|| aws_sdk_dynamodb::Client::new(&self.config)).clone()
    }

    /// Returns the Secrets Manager client; cloning it is cheap.
    #[must_use]
    pub fn secretsmanager(&self) -> aws_sdk_secretsmanager::Client {
        self.secretsmanager.get_or_init(|| aws_sdk_secretsmanager::Client::new(&self.config)).clone()
    }

    /// Returns the SQS client; cloning it is cheap.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        self.sqs.get_or_init(|| aws_sdk_sqs::Client::new(&self.config)).clone()
    }

    /// Returns the `EventBridge` Scheduler client; cloning it is cheap.
    #[must_use]
    pub fn scheduler(&self) -> aws_sdk_scheduler::Client {
        self.scheduler.get_or_init(|| aws_sdk_scheduler::Client::new(&self.config)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_configuration_has_a_behaviour_version_timeouts_and_retries() {
        let aws = AwsClients::load().await;
        let retries = aws.config().retry_config().unwrap();
        assert_eq!(retries.max_attempts(), MAX_ATTEMPTS);
        let timeouts = aws.config().timeout_config().unwrap();
        assert_eq!(timeouts.connect_timeout(), Some(CONNECT_TIMEOUT));
        assert_eq!(timeouts.operation_attempt_timeout(), Some(ATTEMPT_TIMEOUT));
        assert!(aws.config().behavior_version().is_some());
    }

    #[tokio::test]
    async fn a_client_is_created_on_first_use() {
        let aws = AwsClients::load().await;
        assert!(aws.sqs.get().is_none());
        let _client = aws.sqs();
        assert!(aws.sqs.get().is_some());
    }
}
