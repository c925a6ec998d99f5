//! The workers that drive sagas.

use sagas::record::Phase;

/// A worker of sagas: one Lambda function with one queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SagaFunction {
    /// The worker's name, as in `WORKER` and in its queue's name.
    pub name: &'static str,
    /// The phase whose sagas the worker drives; `None` for the reconciler, which only sends
    /// wake-ups.
    pub phase: Option<Phase>,
    /// The interval of the worker's schedule, in minutes; `None` if it runs on wake-ups only.
    pub cadence_minutes: Option<i64>,
}

/// The worker that drives sagas forward.
pub const EXECUTE: SagaFunction = SagaFunction { name: "execute", phase: Some(Phase::Forward), cadence_minutes: None };
/// The worker that compensates and post-checks sagas. It is separate so that this work never waits
/// behind new sagas.
pub const COMPENSATE: SagaFunction =
    SagaFunction { name: "compensate", phase: Some(Phase::Compensate), cadence_minutes: None };
/// The worker that sends wake-ups for overdue sagas. Its schedule is the only one that must not be
/// lost.
pub const RECONCILE: SagaFunction = SagaFunction { name: "reconcile", phase: None, cadence_minutes: Some(1) };

/// All workers. `template.yaml` is made from this and from `infra/template/workers.yaml`.
pub const WORKERS: &[SagaFunction] = &[EXECUTE, COMPENSATE, RECONCILE];

impl SagaFunction {
    /// Returns the worker of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        WORKERS.iter().find(|worker| worker.name == name)
    }

    /// Returns the name of the worker that drives a phase's sagas.
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
    fn each_phase_has_one_worker() {
        for phase in [Phase::Forward, Phase::Compensate] {
            assert_eq!(SagaFunction::named(SagaFunction::name_of(phase)).and_then(|worker| worker.phase), Some(phase));
        }
        assert_eq!(SagaFunction::named("droplets"), None);
    }
}
