//! The harness: the engine in a world that crashes, doubles, delays and lies, on a virtual clock.
//!
//! What runs is [`crate::drive()`], as in production, over a table (`table`) with the conditions of DynamoDB, a DigitalOcean (`cloud`)
//! with its habits, and doorbells that may do anything. At every call of a worker something may go wrong (`faults`); afterwards the
//! invariants are checked (`invariants`), some of them at every call.
//!
//! `matrix` goes through every step, every call that it makes and every fault; `random` lets several workers and sagas run under
//! random faults; `bugs` shows that mistakes in the engine are found.
//!
//! Of all this only the table is there for others, as a [`Twin`]: whoever implements the rim holds theirs against it.

#[cfg(test)]
mod bugs;
#[cfg(test)]
mod cloud;
#[cfg(test)]
mod dns_cases;
#[cfg(test)]
pub(crate) mod dns_examples;
#[cfg(test)]
mod example;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod hands;
#[cfg(test)]
mod happenings;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod random;
#[cfg(test)]
mod rng;
#[cfg(test)]
mod run;
#[cfg(test)]
mod scenario;
#[cfg(test)]
mod stories;
mod table;
mod twin;
#[cfg(test)]
mod watch;
#[cfg(test)]
mod words;
#[cfg(test)]
mod world;

pub use twin::Twin;

#[cfg(test)]
pub(crate) use cloud::DROPLET;
#[cfg(test)]
pub(crate) use example::{Example, Word};
