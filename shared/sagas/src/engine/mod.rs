//! The engine: pure decisions on what a saga does next, from its record and from what was read.
//!
//! A worker that holds a saga's lease calls [`decide`] repeatedly, each time with the result of the
//! decision before. Each change is one compare-and-set with its ledger entry. A write is sent only
//! straight after its intent was committed, by the worker that committed it. Any other worker that
//! finds an intent without an outcome first finds out what became of the write.
//!
//! [`decide`] is a table over the saga's course and what was observed. It knows no step and no
//! subject of a step by name.

mod decision;
pub mod operator;
mod state_change;
mod transitions;
mod view;

pub use decision::{Commit, Input, SagaDecision, WriteCommand};
pub use transitions::decide;
pub use view::EngineView;
