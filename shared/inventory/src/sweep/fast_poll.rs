//! The fast poll: it updates the status and the addresses of known droplets, minutes before the
//! full sweep does. It never adds or deletes a droplet, never gives strikes and never updates any
//! other fact.

use domain::{ProviderId, Resource, ResourceFacts, ResourceKey};

use super::records::Records;
use super::result::{SweepCounts, SweepResult};
use super::run::{FollowUp, SweepRun};
use crate::Error;
use crate::kind::Listed;
use crate::kinds::DROPLET;
use crate::upsert::{self, ObservationContext};

/// The fields that change from minute to minute.
const FIELDS: [&str; 3] = ["status", "attrs.public_addresses", "attrs.private_addresses"];

pub(crate) async fn sweep(run: SweepRun<'_>, listed: Listed) -> Result<SweepResult, Error> {
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => return Ok(SweepResult::refused(&error)),
    };
    let mut counts = SweepCounts::of(&listed);
    let kind = DROPLET.kind();
    let known = run.table.indexed_resources(run.account, &kind).await?;
    let differs = |id: &ProviderId, facts: &ResourceFacts| {
        known.get(id).is_some_and(|known| known.strikes.is_none() && known.fingerprint != facts.fingerprint())
    };
    let key = |provider_id| ResourceKey { account: run.account.clone(), kind: kind.clone(), provider_id };
    let differing = listed.items.into_iter().filter(|(id, facts)| differs(id, facts));
    let differing: Vec<(ResourceKey, ResourceFacts)> = differing.map(|(id, facts)| (key(id), facts)).collect();
    let expected = match differing.is_empty() {
        true => Vec::new(),
        false => run.table.expected_changes(run.account, &kind).await?,
    };
    let state_fields = DROPLET.state_fields;
    let context = ObservationContext { at: run.clock.now(), run: run.run_id, state_fields, expected: &expected };
    let count = differing.len();
    let update = |row: &Resource, facts: &ResourceFacts| upsert::partial_update(row, facts, &FIELDS, context);
    let left = Records::update_each(run, differing, &mut counts, update).await?;
    let result = SweepResult::complete(counts);
    if left > 0 {
        // The next poll starts within a minute, so nothing needs to be repeated.
        let error = format!("out of time: {left} of {count} changed droplets are not written yet");
        return Ok(result.stopped(error, FollowUp::Nothing));
    }
    Ok(result)
}
