//! Sweeps of a simulated account into an embedded table.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on, helpers included")]

mod attribution;
mod children;
mod crash;
mod environment;
mod expected;
mod fast_poll;
mod fold;
mod history;
mod mirror;
mod storage;
mod strikes;
