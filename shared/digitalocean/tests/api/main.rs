//! The client against HTTP servers: the requests that it sends, and its result for every kind of
//! response.

#![expect(clippy::unwrap_used, reason = "the set-up of a test may fail the test")]

mod area_rows;
mod areas;
mod billing;
mod dns;
mod downloads;
mod error_responses;
mod left_out_secrets;
mod lists;
mod models;
mod official;
mod rate_limits;
mod retries;
mod secrecy;
mod server;
mod special_areas;
mod writes;
