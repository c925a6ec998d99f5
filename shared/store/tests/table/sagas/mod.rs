//! Tests of sagas: the table answers every call as the in-memory saga store does, with which the
//! engine is tested.

mod contract;
mod fault_free_ports;
mod lists;
mod lost;
mod random;
pub(crate) mod records;
mod work;
