//! The behaviour of the simulator over HTTP and through its handles.

#![expect(clippy::unwrap_used, reason = "the lint knows tests by their attribute and does not see what they call")]

mod account_services;
mod actions;
mod admin;
mod billing;
mod client;
mod consistency;
mod endpoints;
mod faults;
mod invoices;
mod limits;
mod lists;
mod network;
mod paging;
mod platform;
mod process;
mod record_writes;
mod records;
mod scopes;
mod storage;
