//! The sagas: the engine's persistence port, and the reads for callers of the API.
//!
//! A saga record is one item. The fields that never change (`metadata`) and those that the ledger
//! accounts for (`state`) are one attribute each, and `state` is always replaced as a whole. The
//! lease and the due time stand beside them, because they change without a state transition.
//! `next_due` is never written without its index entry. The index entry only triggers wake-ups;
//! decisions are made from the record.

mod commit;
mod due;
mod items;
mod lease;
mod list;
mod saga_store;
mod start;
mod updates;

pub use list::SagaFilter;
