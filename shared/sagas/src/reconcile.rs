//! Ringing whatever is overdue. The table alone says what is: every doorbell and every schedule may be lost, and all sagas still end.

use domain::Clock;

use crate::ports::{DueSaga, Notifier, Phase, SagaStore, SagaStoreError};
use crate::record::SagaStatus;
use crate::timing::Timing;

/// What the reconciler found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// Sagas that it rang for.
    pub woken: usize,
    /// Sagas that have not changed for long although nothing keeps them: people should look.
    pub stalled: Vec<DueSaga>,
}

/// Rings for up to `limit` overdue sagas.
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
        // What waits for a lock may do so until its deadline, and what has ended is only looked at.
        let works = matches!(due.status, SagaStatus::Pending | SagaStatus::Running | SagaStatus::Unwinding);
        if works && now - due.updated_at > timing.stalled && now - due.next_due > timing.overdue {
            reconciled.stalled.push(due);
        }
    }
    Ok(reconciled)
}
