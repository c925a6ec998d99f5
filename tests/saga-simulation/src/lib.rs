//! The simulation: the saga engine on a virtual clock, in an environment that crashes, repeats,
//! delays and returns stale data.
//!
//! The code that runs is [`sagas::drive_by`], which production calls as [`sagas::drive()`]. It runs
//! on a table with the conditions of DynamoDB (`table`), a model of DigitalOcean
//! (`fake_digitalocean`), and wake-ups that may be lost, repeated or late. At every call of a
//! worker a fault may be injected (`faults`). The invariants are checked at the end (`invariants`),
//! some of them at every call (`invariant_monitor`). `docs/failure-model.md` lists faults and
//! invariants.
//!
//! `matrix` tests every step on its `examples`, every call that it makes and every fault. `random`
//! runs several workers and sagas under random faults. `mutation_tests` show that the simulation
//! detects the mistakes in `mutants`.
//!
//! Only the table is available to other crates, as [`InMemorySagaStore`]: they compare their
//! implementation of [`sagas::ports::SagaStore`] with it.

#[cfg(test)]
mod dns_cases;
#[cfg(test)]
mod dns_examples;
#[cfg(test)]
mod environment_events;
#[cfg(test)]
mod example;
#[cfg(test)]
mod examples;
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
mod mutants;
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
