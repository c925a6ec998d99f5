//! The vocabulary of steps: what a step decides on, and what it can answer.
//!
//! Nothing here knows a concrete step or its subject. The subjects ([`crate::dns`]) and the steps
//! ([`crate::steps`]) build on it, and so do definitions, the engine and plans.
//!
//! A step is pure. It names what to read, and decides on the observations and on the outcomes of
//! its own writes ([`StepState`](crate::record::StepState)). The engine does everything else: it
//! stores every intent before its write, finds out what became of a write whose response was lost,
//! and starts no other write of the saga before that.
//!
//! A list may be older than the last write. So a step trusts the responses to its own writes more
//! than a list: both for what exists and for what does not.

mod context;
mod decision;
mod fields;
mod kind;
mod preview;

pub use context::StepContext;
pub use decision::{Recovered, StepCompletion, StepDecision};
pub use fields::{InputFieldError, InputFields};
pub use kind::{OpenedStep, Step, StepKind, Steps};
pub use preview::{PlannedChange, PlannedEffect, Preview, Prices, SiblingTtl, Undo};
