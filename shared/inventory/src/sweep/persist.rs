//! Writing one decision with optimistic locking.

use std::ops::ControlFlow;

use domain::{Resource, ResourceKey};
use store::{ResourceCommitOutcome, Table, retry_on_conflict};

use crate::Error;
use crate::upsert::{UpsertDecision, UpsertEffect};

/// Decides on `row`, the record as last read, and writes the decision. If the stored record is a
/// different version, decides again on that version. Returns `None` if there is nothing to write.
pub(crate) async fn persist_with_retry(
    table: &Table,
    key: &ResourceKey,
    row: Option<Resource>,
    decide: impl Fn(Option<&Resource>) -> Option<UpsertDecision>,
) -> Result<Option<UpsertEffect>, Error> {
    let written = retry_on_conflict(row, async |row| {
        let Some(decision) = decide(row.as_ref()) else { return Ok(ControlFlow::Break(None)) };
        Ok::<_, Error>(match table.commit_resource(&decision.write).await? {
            ResourceCommitOutcome::Written => ControlFlow::Break(Some(decision.effect)),
            ResourceCommitOutcome::Conflict(current) => ControlFlow::Continue(current.map(|current| *current)),
        })
    });
    written.await?.break_value().ok_or_else(|| Error::Contended {
        what: format!("{} {}", key.kind, key.provider_id),
        attempts: store::MAX_ATTEMPTS,
    })
}
