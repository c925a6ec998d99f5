//! The reconciler, which sends wake-ups for overdue sagas. Only the table decides which are
//! overdue, so all sagas end even if every other wake-up and schedule is lost.

use domain::Clock;

use crate::ports::{DueSaga, Notifier, SagaStore, SagaStoreError};
use crate::record::{Phase, SagaStatus};
use crate::timing::Timing;

/// The result of one run of the reconciler.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// The number of sagas for which a wake-up was sent.
    pub woken: usize,
    /// Sagas that have not changed for a long time although they wait for nothing. An operator
    /// should find out why.
    pub stalled: Vec<DueSaga>,
}

/// Sends wake-ups for up to `limit` overdue sagas.
///
/// # Errors
/// When the table does not answer.
pub async fn reconcile(
    saga_store: &dyn SagaStore,
    notifier: &dyn Notifier,
    clock: &dyn Clock,
    timing: &Timing,
    limit: usize,
) -> Result<Reconciled, SagaStoreError> {
    let now = clock.now();
    let mut reconciled = Reconciled::default();
    for due in saga_store.due(now - timing.overdue, limit).await? {
        notifier.schedule_wake_up(&due.saga, Phase::of(due.status), now, due.rev).await;
        reconciled.woken += 1;
        // A saga that waits for a lock may do so until its deadline, and one that has ended is only
        // post-checked.
        let works = matches!(due.status, SagaStatus::Pending | SagaStatus::Running | SagaStatus::Unwinding);
        if works && now - due.updated_at > timing.stalled && now - due.next_due > timing.overdue {
            reconciled.stalled.push(due);
        }
    }
    Ok(reconciled)
}
