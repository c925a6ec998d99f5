//! The workers that drive sagas.

use sagas::rim::Lane;

/// A worker: one Lambda function, one queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Its name, as in `WORKER` and in its queue's name.
    pub name: &'static str,
    /// The lane whose sagas it drives; `None` for the one that only rings.
    pub lane: Option<Lane>,
    /// How often its schedule ticks, in minutes; `None` where only doorbells call.
    pub cadence_minutes: Option<i64>,
}

/// Drives sagas forward.
pub const EXECUTE: Worker = Worker { name: "execute", lane: Some(Lane::Execute), cadence_minutes: None };
/// Drives them back, and looks after their end: what it does must not wait behind new sagas.
pub const COMPENSATE: Worker = Worker { name: "compensate", lane: Some(Lane::Compensate), cadence_minutes: None };
/// Rings for whatever is overdue. Its schedule is all that must not be lost.
pub const RECONCILE: Worker = Worker { name: "reconcile", lane: None, cadence_minutes: Some(1) };

/// Every worker. `template.yaml` has a block for each; a test keeps the two the same.
pub const WORKERS: &[Worker] = &[EXECUTE, COMPENSATE, RECONCILE];

impl Worker {
    /// The worker of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        WORKERS.iter().find(|worker| worker.name == name)
    }

    /// The name of the worker that drives a lane's sagas.
    #[must_use]
    pub fn name_of(lane: Lane) -> &'static str {
        match lane {
            Lane::Execute => EXECUTE.name,
            Lane::Compensate => COMPENSATE.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lane_has_its_worker() {
        for lane in [Lane::Execute, Lane::Compensate] {
            assert_eq!(Worker::named(Worker::name_of(lane)).and_then(|worker| worker.lane), Some(lane));
        }
        assert_eq!(Worker::named("droplets"), None);
    }
}
