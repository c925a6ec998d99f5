//! The API as API Gateway calls it: real-shaped events in, answers out, over an embedded table and a queue in memory.

#![expect(clippy::unwrap_used, reason = "what the tests set up themselves does not fail")]

mod access;
mod accounts;
mod app;
mod errors;
mod event_files;
mod hostile;
mod inventory;
mod openapi;
mod paging;
mod projects;
mod seed;
mod sync;
