//! Sagas: the table does as the twin in memory that the engine is proved on, answer for answer.

mod cloud;
mod contract;
mod lists;
mod lost;
mod random;
pub(crate) mod records;
mod work;
