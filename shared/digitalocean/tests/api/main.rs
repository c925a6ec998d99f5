//! The client against HTTP servers: the requests that it sends, and its result for every kind of
//! response.

#![expect(clippy::unwrap_used, reason = "the set-up of a test may fail the test")]

mod account_services;
mod billing;
mod dns;
mod downloads;
mod error_responses;
mod lists;
mod models;
mod network;
mod official;
mod platform;
mod rate_limits;
mod retries;
mod secrecy;
mod server;
mod storage;
mod writes;
