//! Writing one decision, on the row as it turns out to be.

use domain::{Resource, ResourceKey};
use store::{ResourceCommitOutcome, Table};

use crate::Error;
use crate::upsert::{UpsertDecision, UpsertEffect};

/// How often a decision is made anew because the row changed meanwhile.
const MAX_ATTEMPTS: u32 = 8;

/// Decides on `row` (as far as known) and writes; where the row turns out to be another, decides again on that.
/// `None` when nothing was to be written.
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
