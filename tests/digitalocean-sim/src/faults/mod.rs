//! Scripted faults: the requests that they apply to, how often they apply, and their effects.

mod effect;
mod registry;
mod rule;

pub use effect::{CutPoint, Effect, LimitKind, ListChange};
pub(crate) use registry::{FaultRegistry, MatchedFaults, TerminalEffect};
pub use rule::{Fault, Times};
