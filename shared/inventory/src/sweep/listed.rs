//! The sweep of a kind that has one list for the whole account.

use digitalocean::Client;
use domain::{SweepStatus, SyncState};

use super::kind_sweep::KindSweep;
use super::plan::ListCoverage;
use super::result::{SweepCounts, SweepResult};
use super::run::SweepRun;
use crate::Error;
use crate::kind::{Listed, MirroredKind};

pub(crate) async fn sweep(
    run: SweepRun<'_>,
    client: &Client,
    kind: &MirroredKind,
    listed: Listed,
    sync_state: &SyncState,
) -> Result<SweepResult, Error> {
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => return Ok(SweepResult::refused(&error)),
    };
    let counts = SweepCounts::of(&listed);
    let mut sweep = KindSweep::new(run, client, kind.into(), sync_state, listed.items.into_iter().collect());
    let known = sweep.known().await?;
    if sweep.facts.is_empty() && known.is_empty() && !was_empty(sync_state) {
        // Nothing is listed and nothing is known: either the account is empty, or the token may not
        // read the kind. A probe tells them apart; it is repeated until the first complete receipt.
        if let Some(Err(error)) = sweep.probe(&kind.nonexistent()).await {
            let result = SweepResult::complete(counts).failed(SweepStatus::Failed, &error);
            return Ok(SweepResult { listed: false, ..result });
        }
    }
    sweep.mirror(&known, [sweep.whole_list()], &ListCoverage::Whole, counts).await
}

/// Returns true if the last complete list of this kind was empty too.
fn was_empty(sync_state: &SyncState) -> bool {
    sync_state.last_complete.as_ref().is_some_and(|receipt| receipt.items == 0)
}
