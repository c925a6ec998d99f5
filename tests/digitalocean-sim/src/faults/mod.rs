//! Scripted faults: what is to go wrong, where, and how often.

mod book;
mod effect;
pub(crate) mod pattern;
mod rule;

pub(crate) use book::{Arrival, FaultBook, Terminal};
pub use effect::{CutPoint, Effect, LimitKind, Shift};
pub use rule::{Fault, Times};
