//! The API as API Gateway calls it: real-shaped events in, answers out, over an embedded table and a queue in memory.

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
