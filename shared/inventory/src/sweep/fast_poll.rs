//! The fast poll: it updates the status and the addresses of known droplets, minutes before the
//! full sweep does. It never adds or deletes a droplet, never gives strikes and never updates any
//! other fact.

use std::collections::BTreeMap;

use domain::{ProviderId, ResourceFacts, ResourceKey};
use futures::{StreamExt, TryStreamExt, stream};

use super::records::Records;
use super::result::{SweepCounts, SweepResult};
use super::run::{FollowUp, SweepRun};
use crate::Error;
use crate::kind::Listed;
use crate::kinds::DROPLET;
use crate::upsert::{self, ObservationContext};

/// The fields that change from minute to minute.
const FIELDS: [&str; 3] = ["status", "attrs.public_addresses", "attrs.private_addresses"];
/// The number of records written concurrently.
const CONCURRENT_WRITES: usize = 8;

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
    let differing: BTreeMap<ProviderId, ResourceFacts> =
        listed.resources.into_iter().filter(|(id, facts)| differs(id, facts)).collect();
    let expected = match differing.is_empty() {
        true => Vec::new(),
        false => run.table.expected_changes(run.account, &kind).await?,
    };
    let state_fields = DROPLET.state_fields;
    let context = ObservationContext { at: run.clock.now(), run: run.run_id, state_fields, expected: &expected };
    let count = differing.len();
    let effects: Vec<_> = stream::iter(differing)
        .map(|(provider_id, facts)| {
            let key = ResourceKey { account: run.account.clone(), kind: kind.clone(), provider_id };
            async move {
                if run.time_left().is_zero() {
                    return Ok::<_, Error>(None);
                }
                let decide = |row: Option<&domain::Resource>| upsert::partial_update(row?, &facts, &FIELDS, context);
                Ok(Some(Records::Resources.persist(run.table, &key, true, decide).await?))
            }
        })
        .buffer_unordered(CONCURRENT_WRITES)
        .try_collect()
        .await?;
    let taken = effects.iter().flatten().count();
    effects.into_iter().flatten().flatten().for_each(|effect| counts.add(effect));
    let result = SweepResult::complete(counts);
    if taken < count {
        // The next poll starts within a minute, so nothing needs to be repeated.
        let error = format!("out of time: {} of {count} changed droplets are not written yet", count - taken);
        return Ok(result.stopped(error, FollowUp::Nothing));
    }
    Ok(result)
}
