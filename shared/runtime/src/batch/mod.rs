//! The SQS batch runner: it processes every record independently and returns a partial batch
//! response.
//!
//! | outcome of a record | what the runner does | batch item failure |
//! |---|---|---|
//! | `Ok` | nothing more | no |
//! | bad message, [`Failure::Terminal`] | sends the original body to the dead-letter queue with the reason | only if that send fails |
//! | [`Failure::Later`] | sends the message again, delayed, with `attempt + 1`; after [`MAX_ATTEMPTS`] to the dead-letter queue, with `attempt` 0 | only if that send fails |
//! | [`Failure::Retry`], a panic | SQS redelivers it after [`RETRY_AFTER`], and moves it to the dead-letter queue after `maxReceiveCount` | yes |
//! | not started or aborted because the deadline is near | as for a retry | yes |
//!
//! The event source mapping must have `FunctionResponseTypes: [ReportBatchItemFailures]`, see
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>.

mod dead_letter;
mod delivery;
mod failure;
mod message;
mod runner;

pub use delivery::{MAX_ATTEMPTS, RETRY_AFTER};
pub use failure::Failure;
pub use message::{ALL_ACCOUNTS, BadMessage, MAX_BODY_BYTES, Message, MessageFields, SqsMetadata};
pub use runner::BatchRunner;
