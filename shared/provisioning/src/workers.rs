//! The workers that drive sagas.

use sagas::ports::Phase;

/// A worker: one Lambda function, one queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SagaFunction {
    /// Its name, as in `WORKER` and in its queue's name.
    pub name: &'static str,
    /// The phase whose sagas it drives; `None` for the one that only rings.
    pub phase: Option<Phase>,
    /// How often its schedule ticks, in minutes; `None` where only doorbells call.
    pub cadence_minutes: Option<i64>,
}

/// Drives sagas forward.
pub const EXECUTE: SagaFunction = SagaFunction { name: "execute", phase: Some(Phase::Forward), cadence_minutes: None };
/// Drives them back, and looks after their end: what it does must not wait behind new sagas.
pub const COMPENSATE: SagaFunction =
    SagaFunction { name: "compensate", phase: Some(Phase::Compensate), cadence_minutes: None };
/// Rings for whatever is overdue. Its schedule is all that must not be lost.
pub const RECONCILE: SagaFunction = SagaFunction { name: "reconcile", phase: None, cadence_minutes: Some(1) };

/// Every worker. `template.yaml` has a block for each; a test keeps the two the same.
pub const WORKERS: &[SagaFunction] = &[EXECUTE, COMPENSATE, RECONCILE];

impl SagaFunction {
    /// The worker of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        WORKERS.iter().find(|worker| worker.name == name)
    }

    /// The name of the worker that drives a phase's sagas.
    #[must_use]
    pub fn name_of(phase: Phase) -> &'static str {
        match phase {
            Phase::Forward => EXECUTE.name,
            Phase::Compensate => COMPENSATE.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phase_has_its_worker() {
        for phase in [Phase::Forward, Phase::Compensate] {
            assert_eq!(SagaFunction::named(SagaFunction::name_of(phase)).and_then(|worker| worker.phase), Some(phase));
        }
        assert_eq!(SagaFunction::named("droplets"), None);
    }
}
