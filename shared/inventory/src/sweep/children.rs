//! The sweep of a kind that is listed parent by parent, a request or more for each: a round over all parents, in as many runs as it takes.
//!
//! Each run reads the lists of as many parents as time and the rate limit allow, writes what differs for those parents, and leaves in the
//! lane how far it came; the next run goes on from there, whichever message brings it. Strikes are given parent by parent, as each list
//! was read whole. Who dies is decided when the round ends, when it is known how much is missing altogether.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use digitalocean::Client;
use domain::{Parent, ProviderId, ResourceFacts, ScanProgress, Strikes, SweepStatus, SyncState};
use futures::{StreamExt, stream};
use store::IndexedResource;

use super::kind::KindSweep;
use super::plan::{CompletedScan, SweepAction, SweepPlan, SweepStep, next_hold, plan_deletions, plan_partial};
use super::result::public_message;
use super::{FollowUp, SweepCounts, SweepResult, SweepRun, status_with_holds};
use crate::Error;
use crate::kinds::{ChildKind, ListError};

/// Lists read at a time.
const CONCURRENT_LISTS: usize = 4;
/// Time kept for writing what the lists said.
const WRITING_TIME: Duration = Duration::from_secs(60);

/// What the lists of some parents said.
#[derive(Default)]
struct ParentLists {
    facts: BTreeMap<ProviderId, ResourceFacts>,
    /// The parents whose list was read whole.
    read: BTreeSet<ProviderId>,
    /// The last parent that was asked for its list, whatever came of it.
    after: Option<ProviderId>,
    pages: u32,
    remaining: Option<u32>,
    /// Parents whose list could not be read, and why the last of them could not.
    unread: u32,
    error: Option<String>,
    /// Why reading stopped before the last parent.
    stopped: Option<Stop>,
}

enum Stop {
    /// There is no time to read more and write it.
    OutOfTime,
    /// DigitalOcean will not answer the next one either.
    Refused(digitalocean::Error),
}

pub(crate) async fn sweep(
    run: SweepRun<'_>,
    client: &Client,
    kind: &dyn ChildKind,
    sync_state: &SyncState,
) -> Result<SweepResult, Error> {
    let parents = match kind.parents(client).await {
        Ok(parents) => parents,
        Err(error) => {
            return Ok(SweepResult { scan_progress: sync_state.scan_progress.clone(), ..SweepResult::refused(&error) });
        }
    };
    let started_at = run.clock.now();
    let begin = || ScanProgress {
        run_id: run.run_id.clone(),
        started_at,
        after: None,
        unread: 0,
        pages: 0,
        items: 0,
        requests: 0,
        changes: domain::ChangeCounts::default(),
    };
    let mut scan_progress = sync_state.scan_progress.clone().unwrap_or_else(begin);
    let known = run.table.indexed_resources(run.account, &kind.kind()).await?;
    let known_parents = run.table.indexed_resources(run.account, &kind.parent_kind()).await?;
    let parent_of = |known: &IndexedResource| known.parent.as_ref().map(|parent| parent.provider_id.clone());
    let is_orphaned = |known: &IndexedResource| {
        parent_of(known).is_none_or(|id| !parents.live.contains_key(&id) && !known_parents.contains_key(&id))
    };

    // Those that say they have children, and those of which we know some: a list that leaves a parent out takes no child.
    let mut ask: BTreeSet<ProviderId> =
        parents.live.iter().filter(|(_, has)| **has).map(|(id, _)| id.clone()).collect();
    ask.extend(known.values().filter(|known| !is_orphaned(known)).filter_map(parent_of));
    let total = ask.len();
    ask.retain(|id| scan_progress.after.as_ref().is_none_or(|after| id > after));
    let left = ask.len();

    let reading = read(run, client, kind, ask).await;
    let mut sweep = KindSweep::new(run, client, kind, sync_state, reading.facts);
    let rules = sweep.rules(sync_state);
    let known_of_read_parents =
        known.iter().filter(|(_, known)| parent_of(known).is_some_and(|id| reading.read.contains(&id)));
    let known_of_read_parents: BTreeMap<ProviderId, IndexedResource> =
        known_of_read_parents.map(|(id, known)| (id.clone(), known.clone())).collect();
    // A child that came from another parent, or whose parent is not told, is no discovery.
    let mut comparable = known_of_read_parents.clone();
    comparable.extend(sweep.facts.keys().filter_map(|id| Some((id.clone(), known.get(id)?.clone()))));
    let mut part = plan_partial(&comparable, &sweep.fingerprints(), &rules);
    let existence = sweep.confirm_missing(&mut part).await;
    sweep.load_expected_changes(&part).await?;
    let items = u32::try_from(sweep.facts.len()).unwrap_or(u32::MAX);
    let counts = SweepCounts { pages: parents.pages + reading.pages, items, ..SweepCounts::default() };
    let mut result = sweep.apply(&part, &existence.gone, counts).await?;
    result.counts.rate_limit_remaining = reading.remaining.or(parents.rate_limit_remaining);

    if result.next == FollowUp::Continue {
        // Not all was written: the same parents again.
        return Ok(continue_scan(result, scan_progress, left, total));
    }
    scan_progress.after = reading.after.or(scan_progress.after);
    scan_progress.unread += reading.unread;
    if let Some(error) = existence.unanswered {
        scan_progress.unread += 1;
        result = result.failed(SweepStatus::Partial, &error);
    }
    match reading.stopped {
        Some(Stop::OutOfTime) => {
            let read = reading.read.len() + reading.unread as usize;
            result = result.stopped(String::new(), FollowUp::Continue);
            return Ok(continue_scan(result, scan_progress, left.saturating_sub(read), total));
        }
        Some(Stop::Refused(error)) => {
            let read = reading.read.len() + reading.unread as usize;
            let refused = result.failed(SweepStatus::Partial, &error);
            return Ok(pause_scan(refused, scan_progress, left.saturating_sub(read), total));
        }
        None => {}
    }
    if scan_progress.unread > 0 {
        let why = reading.error.unwrap_or_else(|| "see the earlier runs of the round".to_owned());
        let error = format!("the lists of {} of {total} parents could not be read: {why}", scan_progress.unread);
        let next = result.next;
        result = result.stopped(error, next);
        result.hold.clone_from(&sync_state.hold);
        return Ok(complete_scan(result, &scan_progress));
    }

    // Those whose parent is gone for good: nobody is left to list them.
    let orphans: BTreeMap<ProviderId, IndexedResource> =
        known.iter().filter(|(_, known)| is_orphaned(known)).map(|(id, known)| (id.clone(), known.clone())).collect();
    let mut struck_out = struck_out(&known, &part, sweep.at);
    struck_out.retain(|id, _| !sweep.facts.contains_key(id) && !orphans.contains_key(id));
    let end = CompletedScan {
        scan_started_at: scan_progress.started_at,
        nothing_listed: scan_progress.items + items == 0 && orphans.len() < known.len(),
        replaced: replaced(&struck_out, &known),
    };
    let mut deletions = plan_deletions(&known, &struck_out, &end, &rules);
    let held = deletions.held;
    deletions.steps.extend(orphan_steps(&orphans, &rules));
    sweep.load_expected_changes(&deletions).await?;
    let deletion_result = sweep.apply(&deletions, &existence.gone, SweepCounts::default()).await?;
    result.counts.changes += deletion_result.counts.changes;
    if deletion_result.status != SweepStatus::Complete {
        // Nothing is lost: who is struck out is struck out, and the end of the round comes again.
        result = result.stopped(deletion_result.error.unwrap_or_default(), deletion_result.next);
        return Ok(pause_scan(result, scan_progress, 0, total));
    }
    result.hold = next_hold(sync_state.hold.as_ref(), held, run.run_id, sweep.at);
    if result.status == SweepStatus::Complete {
        result.status = status_with_holds(held);
    }
    if held > 0 {
        result.note(super::held_note(held, known.len(), &kind.kind(), run.worker.name));
    }
    Ok(complete_scan(result, &scan_progress))
}

/// Reads the lists of these parents, in the order of their ids, until something stops it.
async fn read(run: SweepRun<'_>, client: &Client, kind: &dyn ChildKind, ask: BTreeSet<ProviderId>) -> ParentLists {
    let mut reading = ParentLists::default();
    let mut lists = stream::iter(ask)
        .map(|parent| async move {
            let listed = kind.children(client, &parent).await;
            (parent, listed)
        })
        .buffered(CONCURRENT_LISTS);
    while let Some((parent, listed)) = lists.next().await {
        match listed {
            Ok(listed) => {
                reading.pages += listed.pages;
                reading.remaining = listed.rate_limit_remaining.or(reading.remaining);
                reading.facts.extend(listed.resources);
                reading.read.insert(parent.clone());
            }
            // Gone since it was listed: its own sweep will say so, and then the next round.
            Err(ListError::DigitalOcean(error)) if error.is_not_found() => {}
            Err(ListError::DigitalOcean(error)) if affects_every_request(&error) => {
                reading.stopped = Some(Stop::Refused(error));
                break;
            }
            Err(error) => {
                reading.unread += 1;
                reading.error = Some(match &error {
                    ListError::DigitalOcean(error) => public_message(error),
                    error @ ListError::Unusable(_) => domain::error_chain(error),
                });
            }
        }
        reading.after = Some(parent);
        if run.deadline.remaining().is_some_and(|left| left < WRITING_TIME) {
            reading.stopped = Some(Stop::OutOfTime);
            break;
        }
    }
    reading
}

/// Whether the next parent's list would be refused alike.
fn affects_every_request(error: &digitalocean::Error) -> bool {
    error.is_not_visible()
        || error.needs_new_token()
        || error.retry_at().is_some()
        || matches!(error, digitalocean::Error::DeadlineExceeded { .. })
}

/// Those that have all their strikes, the last one given before or by this part of the round.
fn struck_out(
    known: &BTreeMap<ProviderId, IndexedResource>,
    part: &SweepPlan,
    at: DateTime<Utc>,
) -> BTreeMap<ProviderId, Strikes> {
    let struck = part.steps.iter().filter(|step| step.action == SweepAction::Strike).map(|step| &step.id);
    let struck: BTreeSet<&ProviderId> = struck.collect();
    let out = known.iter().filter_map(|(id, known)| {
        let strikes = known.strikes?;
        match strikes.count {
            count if count >= Strikes::LIMIT => Some((id.clone(), strikes)),
            count if count + 1 >= Strikes::LIMIT && struck.contains(id) => {
                Some((id.clone(), Strikes { count: count + 1, last_at: at }))
            }
            _ => None,
        }
    });
    out.collect()
}

/// How many of the struck out made room for others: backups rotate, and as many may go at once as there are droplets. Parent by parent,
/// those that came after the missing ones were last seen.
fn replaced(struck_out: &BTreeMap<ProviderId, Strikes>, known: &BTreeMap<ProviderId, IndexedResource>) -> usize {
    let mut missing: BTreeMap<&Parent, (usize, DateTime<Utc>)> = BTreeMap::new();
    for entry in struck_out.keys().filter_map(|id| known.get(id)) {
        let Some(parent) = &entry.parent else { continue };
        let (count, last_seen_at) = missing.entry(parent).or_insert((0, entry.last_seen_at));
        *count += 1;
        *last_seen_at = entry.last_seen_at.max(*last_seen_at);
    }
    let mut came: BTreeMap<&Parent, usize> = BTreeMap::new();
    for entry in known.values().filter(|entry| entry.strikes.is_none()) {
        let since = entry.parent.as_ref().and_then(|parent| Some((parent, missing.get(parent)?.1)));
        if let Some((parent, last_seen_at)) = since
            && entry.last_seen_at > last_seen_at
        {
            *came.entry(parent).or_default() += 1;
        }
    }
    missing.iter().map(|(parent, (count, _))| came.get(parent).copied().unwrap_or_default().min(*count)).sum()
}

/// Those whose parent was found gone with all the care of its own sweep are missed with each round, and die with the third, however many.
fn orphan_steps(orphans: &BTreeMap<ProviderId, IndexedResource>, rules: &super::plan::Rules<'_>) -> Vec<SweepStep> {
    let step = |(id, known): (&ProviderId, &IndexedResource)| {
        let action = match known.strikes {
            Some(strikes) if strikes.count >= Strikes::LIMIT => SweepAction::Delete,
            Some(strikes) if rules.at < strikes.last_at + rules.strike_interval => return None,
            Some(strikes) if strikes.count + 1 >= Strikes::LIMIT => SweepAction::Delete,
            _ => SweepAction::Strike,
        };
        Some(SweepStep { id: id.clone(), action })
    };
    orphans.iter().filter_map(step).collect()
}

/// The round goes on at once.
fn continue_scan(mut result: SweepResult, scan_progress: ScanProgress, left: usize, total: usize) -> SweepResult {
    result.error = Some(format!("{} of {total} parents read so far; another run goes on", total - left));
    pause_scan(result, scan_progress, left, total)
}

/// The round goes on when another run comes.
fn pause_scan(mut result: SweepResult, mut scan_progress: ScanProgress, left: usize, total: usize) -> SweepResult {
    scan_progress.pages += result.counts.pages;
    scan_progress.items += result.counts.items;
    scan_progress.changes += result.counts.changes;
    result.note(format!("a round over {total} parents is under way: {left} are left"));
    result.listed = false;
    result.scan_progress = Some(scan_progress);
    result
}

/// The round is over: the receipt speaks of all of it.
fn complete_scan(mut result: SweepResult, scan_progress: &ScanProgress) -> SweepResult {
    result.listed &= scan_progress.unread == 0;
    result.scan_started_at = Some(scan_progress.started_at);
    result.counts.pages += scan_progress.pages;
    result.counts.items += scan_progress.items;
    result.counts.requests += scan_progress.requests;
    result.counts.changes += scan_progress.changes;
    result
}
