//! The harness: the engine in a world that crashes, doubles, delays and lies, on a virtual clock.
//!
//! What runs is [`crate::drive`], as in production, over a table ([`table`]) with the conditions of DynamoDB, a DigitalOcean ([`cloud`])
//! with its habits, and doorbells that may do anything. At every call of a worker something may go wrong ([`faults`]); afterwards the
//! invariants are checked ([`invariants`]), some of them at every call.
//!
//! [`matrix`] goes through every step, every call that it makes and every fault; [`random`] lets several workers and sagas run under
//! random faults; [`bugs`] shows that mistakes in the engine are found.

mod bugs;
mod cloud;
mod dns_cases;
pub(crate) mod dns_examples;
mod example;
mod faults;
mod hands;
mod happenings;
mod invariants;
mod matrix;
mod plans;
mod random;
mod rng;
mod run;
mod scenario;
mod stories;
mod table;
mod watch;
mod words;
mod world;

pub(crate) use cloud::DROPLET;
pub(crate) use example::{Example, Word};
