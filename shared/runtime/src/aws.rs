//! One SDK configuration per process and the clients made from it.

use std::{sync::OnceLock, time::Duration};

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};

/// Tries per operation, the first included.
const MAX_ATTEMPTS: u32 = 4;
/// The first back-off; the SDK doubles it and jitters it. Its default of 1 s is long beside a 10 s function.
const INITIAL_BACKOFF: Duration = Duration::from_millis(100);
/// The longest single back-off.
const MAX_BACKOFF: Duration = Duration::from_secs(3);
/// TCP and TLS together. Inside a region a connection takes milliseconds; the rest is for a cold, small function.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// One try, connection included.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// All tries of one operation, back-off included.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(20);

/// The process's AWS configuration and clients. A client is made on first use: each costs time in the init phase. They share
/// one HTTP client, so they share its connections and its TLS set-up.
#[derive(Debug)]
pub struct AwsClients {
    config: SdkConfig,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    secretsmanager: OnceLock<aws_sdk_secretsmanager::Client>,
    sqs: OnceLock<aws_sdk_sqs::Client>,
    scheduler: OnceLock<aws_sdk_scheduler::Client>,
}

impl AwsClients {
    /// Region, credentials and endpoint from the environment (`AWS_REGION`, `AWS_ENDPOINT_URL`, ...), as Lambda and the
    /// emulator set them. No request is made.
    ///
    /// See <https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html>.
    pub async fn load() -> Self {
        // Dated, not `latest()`: a behaviour changes when we say so, not when a dependency is bumped.
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

    /// Over a configuration made elsewhere; for tests.
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

    /// The shared configuration, for a client that is not among these.
    #[must_use]
    pub const fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// The `DynamoDB` client; cloning one is cheap.
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        self.dynamodb.get_or_init(|| aws_sdk_dynamodb::Client::new(&self.config)).clone()
    }

    /// The Secrets Manager client; cloning one is cheap.
    #[must_use]
    pub fn secretsmanager(&self) -> aws_sdk_secretsmanager::Client {
        self.secretsmanager.get_or_init(|| aws_sdk_secretsmanager::Client::new(&self.config)).clone()
    }

    /// The SQS client; cloning one is cheap.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        self.sqs.get_or_init(|| aws_sdk_sqs::Client::new(&self.config)).clone()
    }

    /// The `EventBridge` Scheduler client; cloning one is cheap.
    #[must_use]
    pub fn scheduler(&self) -> aws_sdk_scheduler::Client {
        self.scheduler.get_or_init(|| aws_sdk_scheduler::Client::new(&self.config)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_configuration_is_dated_bounded_in_time_and_retries() {
        let aws = AwsClients::load().await;
        let retries = aws.config().retry_config().unwrap();
        assert_eq!(retries.max_attempts(), MAX_ATTEMPTS);
        let timeouts = aws.config().timeout_config().unwrap();
        assert_eq!(timeouts.connect_timeout(), Some(CONNECT_TIMEOUT));
        assert_eq!(timeouts.operation_attempt_timeout(), Some(ATTEMPT_TIMEOUT));
        assert!(aws.config().behavior_version().is_some());
    }

    #[tokio::test]
    async fn clients_are_made_once() {
        let aws = AwsClients::load().await;
        assert!(aws.sqs.get().is_none());
        let _client = aws.sqs();
        assert!(aws.sqs.get().is_some());
    }
}
