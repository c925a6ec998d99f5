//! The API as API Gateway calls it: realistic events in, responses out, on an embedded table and an
//! in-memory queue.

#![expect(clippy::unwrap_used, reason = "what the tests set up themselves does not fail")]

mod access;
mod accounts;
mod app;
mod attribution;
mod billing;
mod claims;
mod csv;
mod errors;
mod event_files;
mod feed;
mod findings;
mod hostile;
mod inventory;
mod openapi;
mod paging;
mod projects;
mod sagas;
mod seed;
mod summary;
mod sync;
mod tenant_isolation;
mod two_tenants;
