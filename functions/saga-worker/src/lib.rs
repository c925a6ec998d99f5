//! Drives sagas; the environment variable WORKER says how.
//!
//! `execute` and `compensate` take doorbells and drive the saga that they name, each in its phase. What a saga waits for is in the table, so
//! a doorbell is done with whatever it led to; only a table that does not answer brings it back. `reconcile` ticks every minute and rings for
//! whatever is overdue: with it alone, all sagas end.

mod handler;

pub use handler::SagaWorker;
