//! Ringing whatever is overdue. The table alone says what is: every doorbell and every schedule may be lost, and all sagas still end.

use domain::Clock;

use crate::record::SagaStatus;
use crate::rim::{Bell, Due, Journal, JournalError, Lane};
use crate::timing::Timing;

/// What the reconciler found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconciled {
    /// Sagas that it rang for.
    pub rung: usize,
    /// Sagas that have not changed for long although nothing keeps them: people should look.
    pub stalled: Vec<Due>,
}

/// Rings for up to `limit` overdue sagas.
///
/// # Errors
/// When the table does not answer.
pub async fn reconcile(
    journal: &dyn Journal,
    bell: &dyn Bell,
    clock: &dyn Clock,
    timing: &Timing,
    limit: usize,
) -> Result<Reconciled, JournalError> {
    let now = clock.now();
    let mut reconciled = Reconciled::default();
    for due in journal.due(now - timing.overdue, limit).await? {
        bell.ring(&due.saga, Lane::of(due.status), now, due.rev).await;
        reconciled.rung += 1;
        // What waits for a lock may do so until its deadline, and what has ended is only looked at.
        let works = matches!(due.status, SagaStatus::Pending | SagaStatus::Running | SagaStatus::Unwinding);
        if works && now - due.updated_at > timing.stalled && now - due.next_due > timing.overdue {
            reconciled.stalled.push(due);
        }
    }
    Ok(reconciled)
}
