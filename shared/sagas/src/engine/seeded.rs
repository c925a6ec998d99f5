//! Mistakes made on purpose, so that the harness can be shown to find them. Only a test can switch one on.

/// A mistake made on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
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
pub(crate) const fn has(_: Bug) -> bool {
    false
}

#[cfg(test)]
pub(crate) use switch::{has, with};

#[cfg(test)]
mod switch {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static BUG: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Whether the engine has this mistake, on this thread.
    pub(crate) fn has(bug: Bug) -> bool {
        BUG.get() == Some(bug)
    }

    /// Runs with this mistake in the engine, on this thread.
    pub(crate) fn with<R>(bug: Bug, run: impl FnOnce() -> R) -> R {
        BUG.set(Some(bug));
        let result = run();
        BUG.set(None);
        result
    }
}
