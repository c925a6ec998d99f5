//! Mistakes made on purpose, so that the harness can be shown to find them. Only a test can switch one on.

/// A mistake made on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// A change is written whoever has the lease.
    NoFenceCheck,
    /// A write is sent before its intent is durable.
    NoIntent,
    /// What the step that failed has done is left.
    UndoSkipsTheFailedStep,
    /// A write of unknown outcome counts as not carried out at once.
    SendsAgainWithoutLooking,
    /// A saga that waits is due no more.
    LosesNextDue,
}

/// Whether the engine has this mistake.
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

    /// Whether the engine has this mistake, on this thread.
    pub(crate) fn is_active(mutant: Mutant) -> bool {
        MUTANT.get() == Some(mutant)
    }

    /// Runs with this mistake in the engine, on this thread.
    pub(crate) fn with<R>(mutant: Mutant, run: impl FnOnce() -> R) -> R {
        MUTANT.set(Some(mutant));
        let result = run();
        MUTANT.set(None);
        result
    }
}
