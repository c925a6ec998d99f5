//! Tests of the billing workers from the message to the table, with the DigitalOcean simulator, an
//! embedded DynamoDB, and queues and secrets in memory.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it cannot go on, helpers included")]

mod balance;
mod batch;
mod crash_recovery;
mod environment;
mod failures;
mod history;
mod ingest;
mod inventory;
mod kinds;
mod preview;
mod rematch;
