//! Deliberate defects of the engine, which the test harness must detect. Only tests can switch one
//! on.

/// A deliberate defect of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// State changes are written without a check of the fencing token.
    NoFenceCheck,
    /// A write is sent before its intent is stored.
    NoIntent,
    /// The changes of the step that failed are not undone.
    UndoSkipsTheFailedStep,
    /// A write of unknown outcome counts as not carried out at once.
    ResendsWithoutSearching,
    /// A saga that waits is never due again.
    LosesNextDue,
}

/// Returns whether the engine has this defect: outside tests, it never has.
#[cfg(not(test))]
pub(crate) const fn is_active(_: Mutant) -> bool {
    false
}

#[cfg(test)]
pub(crate) use switch::{is_active, with};

#[cfg(test)]
mod switch {
    use std::cell::Cell;

    use super::Mutant;

    thread_local! {
        static MUTANT: Cell<Option<Mutant>> = const { Cell::new(None) };
    }

    /// Returns whether the engine has this defect on this thread.
    pub(crate) fn is_active(mutant: Mutant) -> bool {
        MUTANT.get() == Some(mutant)
    }

    /// Runs a closure with this defect in the engine, on this thread.
    pub(crate) fn with<R>(mutant: Mutant, run: impl FnOnce() -> R) -> R {
        MUTANT.set(Some(mutant));
        let result = run();
        MUTANT.set(None);
        result
    }
}
