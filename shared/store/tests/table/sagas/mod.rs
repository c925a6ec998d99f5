//! Sagas: the table does as the twin in memory that the engine is proved on, answer for answer.

mod contract;
mod fault_free_ports;
mod lists;
mod lost;
mod random;
pub(crate) mod records;
mod work;
