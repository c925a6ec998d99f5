//! A scheduler in memory.

use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::{FutureExt, future::BoxFuture};

use crate::{Error, OneTimeSchedule, Scheduler};

/// A [`Scheduler`] that keeps what is asked for and fires nothing.
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
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on, no schedule can be made.
    pub fn refuse(&self) {
        self.state().refusing = true;
    }

    /// The schedules there are, in the order they were made.
    #[must_use]
    pub fn schedules(&self) -> Vec<OneTimeSchedule> {
        self.state().schedules.clone()
    }

    /// Takes them all away, as if they had fired or been deleted.
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
