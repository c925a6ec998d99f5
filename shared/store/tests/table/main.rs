//! Tests of the table on an embedded DynamoDB, through the real SDK: one module per aggregate.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test and its helpers fail by panicking")]

mod accounts;
mod billing;
mod budget;
mod conflicts;
mod events;
mod feed;
mod fixtures;
mod paging;
mod projects;
mod reader;
mod resources;
mod sagas;
mod scan;
mod schema;
mod sync_states;
