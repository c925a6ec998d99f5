//! The harness: the engine in a world that crashes, doubles, delays and lies, on a virtual clock.
//!
//! What runs is [`crate::drive()`], as in production, over a table (`table`) with the conditions of DynamoDB, a DigitalOcean (`fake_digitalocean`)
//! with its habits, and doorbells that may do anything. At every call of a worker something may go wrong (`faults`); afterwards the
//! invariants are checked (`invariants`), some of them at every call.
//!
//! `matrix` goes through every step, every call that it makes and every fault; `random` lets several workers and sagas run under
//! random faults; `mutation_tests` shows that mistakes in the engine are found.
//!
//! Of all this only the table is there for others, as a [`InMemorySagaStore`]: whoever implements the ports holds theirs against it.

#[cfg(test)]
mod dns_cases;
#[cfg(test)]
pub(crate) mod dns_examples;
#[cfg(test)]
mod environment_events;
#[cfg(test)]
mod example;
#[cfg(test)]
mod fake_digitalocean;
#[cfg(test)]
mod fault_injecting_ports;
#[cfg(test)]
mod faults;
mod in_memory_saga_store;
#[cfg(test)]
mod invariant_monitor;
#[cfg(test)]
mod invariants;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod mutation_tests;
#[cfg(test)]
mod operator_command_tests;
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
mod scenario_tests;
#[cfg(test)]
mod simulation;
mod table;

pub use in_memory_saga_store::InMemorySagaStore;

#[cfg(test)]
pub(crate) use example::{Approval, Example};
#[cfg(test)]
pub(crate) use fake_digitalocean::DROPLET;
