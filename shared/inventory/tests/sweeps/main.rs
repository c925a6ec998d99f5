//! Sweeps of a simulated account into an embedded table.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it cannot go on, helpers included")]

mod crash;
mod mirror;
mod strikes;
mod world;
