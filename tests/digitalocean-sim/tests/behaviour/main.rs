//! What the simulator does, seen from outside.

#![expect(clippy::unwrap_used, reason = "the lint knows tests by their attribute and does not see what they call")]

mod admin;
mod client;
mod endpoints;
mod faults;
mod limits;
mod paging;
mod process;
mod scopes;
