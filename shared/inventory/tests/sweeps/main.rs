//! Sweeps of a simulated account into an embedded table.

mod crash;
mod mirror;
mod strikes;
mod world;
