//! Scripted faults: what is to go wrong, where, and how often.

mod effect;
pub(crate) mod pattern;
mod registry;
mod rule;

pub use effect::{CutPoint, Effect, LimitKind, ListChange};
pub(crate) use registry::{FaultRegistry, MatchedFaults, TerminalEffect};
pub use rule::{Fault, Times};
