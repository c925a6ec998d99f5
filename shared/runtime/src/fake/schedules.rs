//! A scheduler that records schedules in memory.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::{FutureExt, future::BoxFuture};

use crate::{Error, OneTimeSchedule, Scheduler};

/// A [`Scheduler`] that records schedules and never sends their messages.
#[derive(Debug, Default)]
pub struct MemoryScheduler {
    state: Mutex<SchedulerState>,
}

#[derive(Debug, Default)]
struct SchedulerState {
    schedules: Vec<OneTimeSchedule>,
    refusing: bool,
}

impl MemoryScheduler {
    /// Creates a scheduler without schedules.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes all further calls of `create` fail.
    pub fn refuse(&self) {
        self.state().refusing = true;
    }

    /// Returns the existing schedules, in the order of their creation.
    #[must_use]
    pub fn schedules(&self) -> Vec<OneTimeSchedule> {
        self.state().schedules.clone()
    }

    /// Removes all schedules, as if they had sent their messages or been deleted.
    pub fn clear(&self) {
        self.state().schedules.clear();
    }

    fn state(&self) -> MutexGuard<'_, SchedulerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scheduler for MemoryScheduler {
    fn create(&self, schedule: OneTimeSchedule) -> BoxFuture<'_, Result<(), Error>> {
        async move {
            let mut state = self.state();
            if state.refusing {
                return Err(Error::Schedule {
                    operation: "CreateSchedule",
                    name: schedule.name,
                    source: "refused".into(),
                });
            }
            if !state.schedules.iter().any(|known| known.name == schedule.name) {
                state.schedules.push(schedule);
            }
            Ok(())
        }
        .boxed()
    }
}
