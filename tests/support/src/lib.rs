#![doc = include_str!("../README.md")]
#![expect(clippy::expect_used, reason = "a test cannot go on without its environment")]

mod accounts;
mod environment;
mod events;
mod json;
mod secrets;

pub use accounts::{SECRET_PREFIX, account_id, register_account};
pub use environment::{DLQ, TOKEN_PREFIX, WorkerEnvironment, queue_url, request_count, worker_config};
pub use events::{outcome_text, read_event, reason, run_events};
pub use json::{april_invoice, usd};
pub use secrets::FakeSecrets;
