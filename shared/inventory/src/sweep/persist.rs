//! Writing one decision with optimistic locking.

use domain::{Resource, ResourceKey};
use store::{ResourceCommitOutcome, Table};

use crate::Error;
use crate::upsert::{UpsertDecision, UpsertEffect};

/// The number of attempts to write a record that other writers change meanwhile.
const MAX_ATTEMPTS: u32 = 8;

/// Decides on `row`, the record as last read, and writes the decision. If the stored record is a
/// different version, decides again on that version. Returns `None` if there is nothing to write.
pub(crate) async fn persist_with_retry(
    table: &Table,
    key: &ResourceKey,
    mut row: Option<Resource>,
    decide: impl Fn(Option<&Resource>) -> Option<UpsertDecision>,
) -> Result<Option<UpsertEffect>, Error> {
    for _ in 0..MAX_ATTEMPTS {
        let Some(decision) = decide(row.as_ref()) else { return Ok(None) };
        match table.commit_resource(&decision.write).await? {
            ResourceCommitOutcome::Written => return Ok(Some(decision.effect)),
            ResourceCommitOutcome::Conflict(current) => row = current.map(|current| *current),
        }
    }
    Err(Error::Contended { what: format!("{} {}", key.kind, key.provider_id), attempts: MAX_ATTEMPTS })
}
