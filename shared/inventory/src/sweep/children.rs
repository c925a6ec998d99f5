//! The sweep of a kind that is listed parent by parent, with one request or more for each: a scan
//! over all parents, in as many runs as it takes.
//!
//! Each run reads the lists of as many parents as time and the rate limit allow, writes the
//! differences for those parents, and stores its progress in the sync state. The next run continues
//! from there, whichever message starts it. Strikes are given parent by parent, when a parent's
//! list was read completely. Deletions are decided only at the end of the scan, when it is known
//! how much is missing in total.

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
use crate::kind::{ListError, MirroredKind, ParentLists};

/// The number of lists read concurrently.
const CONCURRENT_LISTS: usize = 4;
/// The time reserved for writing the content of the lists.
const WRITING_TIME: Duration = Duration::from_secs(60);

/// The content of the lists of some parents.
#[derive(Default)]
struct Reading {
    facts: BTreeMap<ProviderId, ResourceFacts>,
    /// The parents whose list was read completely.
    read: BTreeSet<ProviderId>,
    /// The last parent whose list was requested, whatever the result.
    after: Option<ProviderId>,
    pages: u32,
    remaining: Option<u32>,
    /// The number of parents whose list could not be read.
    unread: u32,
    error: Option<String>,
    /// The reason for stopping before the last parent.
    stopped: Option<Stop>,
}

enum Stop {
    /// There is no time left to read and write another list.
    OutOfTime,
    /// DigitalOcean will reject the request for the next list as well.
    Refused(digitalocean::Error),
}

pub(crate) async fn sweep(
    run: SweepRun<'_>,
    client: &Client,
    kind: &MirroredKind,
    lists: ParentLists,
    sync_state: &SyncState,
) -> Result<SweepResult, Error> {
    let parents = match (lists.parents)(client).await {
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
    let known_parents = run.table.indexed_resources(run.account, &lists.parent.kind()).await?;
    let parent_of = |known: &IndexedResource| known.parent.as_ref().map(|parent| parent.provider_id.clone());
    let is_orphaned = |known: &IndexedResource| {
        parent_of(known).is_none_or(|id| !parents.live.contains_key(&id) && !known_parents.contains_key(&id))
    };

    // Lists are read of the parents that say they have children, and of those that known children
    // belong to: a list that leaves out a parent must not delete its children.
    let mut to_read: BTreeSet<ProviderId> =
        parents.live.iter().filter(|(_, has)| **has).map(|(id, _)| id.clone()).collect();
    to_read.extend(known.values().filter(|known| !is_orphaned(known)).filter_map(parent_of));
    let total = to_read.len();
    to_read.retain(|id| scan_progress.after.as_ref().is_none_or(|after| id > after));
    let left = to_read.len();

    let reading = read(run, client, lists, to_read).await;
    let mut sweep = KindSweep::new(run, client, kind.into(), sync_state, reading.facts);
    let rules = sweep.rules(sync_state);
    let known_of_read_parents =
        known.iter().filter(|(_, known)| parent_of(known).is_some_and(|id| reading.read.contains(&id)));
    let known_of_read_parents: BTreeMap<ProviderId, IndexedResource> =
        known_of_read_parents.map(|(id, known)| (id.clone(), known.clone())).collect();
    // A child is not new if it is known under another parent, or without a parent.
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
        // Some changes are not written, so the next run reads the same parents again.
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
        let why = reading.error.unwrap_or_else(|| "see the receipts of the scan's earlier runs".to_owned());
        let error = format!("the lists of {} of {total} parents could not be read: {why}", scan_progress.unread);
        let next = result.next;
        result = result.stopped(error, next);
        result.hold.clone_from(&sync_state.hold);
        return Ok(complete_scan(result, &scan_progress));
    }

    // Children whose parent is deleted are handled apart, because no list will contain them any
    // more.
    let orphans: BTreeMap<ProviderId, IndexedResource> =
        known.iter().filter(|(_, known)| is_orphaned(known)).map(|(id, known)| (id.clone(), known.clone())).collect();
    let mut at_limit = at_strike_limit(&known, &part, sweep.at);
    at_limit.retain(|id, _| !sweep.facts.contains_key(id) && !orphans.contains_key(id));
    let end = CompletedScan {
        scan_started_at: scan_progress.started_at,
        nothing_listed: scan_progress.items + items == 0 && orphans.len() < known.len(),
        replaced: replaced(&at_limit, &known),
    };
    let mut deletions = plan_deletions(&known, &at_limit, &end, &rules);
    let held = deletions.held;
    deletions.steps.extend(orphan_steps(&orphans, &rules));
    sweep.load_expected_changes(&deletions).await?;
    let deletion_result = sweep.apply(&deletions, &existence.gone, SweepCounts::default()).await?;
    result.counts.changes += deletion_result.counts.changes;
    if deletion_result.status != SweepStatus::Complete {
        // Strikes that were given stay, so the next run decides on the deletions again.
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
async fn read(run: SweepRun<'_>, client: &Client, lists: ParentLists, to_read: BTreeSet<ProviderId>) -> Reading {
    let mut reading = Reading::default();
    let mut children = stream::iter(to_read)
        .map(|parent| async move {
            let listed = (lists.children)(client, &parent).await;
            (parent, listed)
        })
        .buffered(CONCURRENT_LISTS);
    while let Some((parent, listed)) = children.next().await {
        match listed {
            Ok(listed) => {
                reading.pages += listed.pages;
                reading.remaining = listed.rate_limit_remaining.or(reading.remaining);
                reading.facts.extend(listed.resources);
                reading.read.insert(parent.clone());
            }
            // The parent was deleted after it was listed. Its own sweep will record that, and the
            // next scan will see it.
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
        if run.time_left() < WRITING_TIME {
            reading.stopped = Some(Stop::OutOfTime);
            break;
        }
    }
    reading
}

/// Returns true if the request for the next parent's list would fail in the same way.
fn affects_every_request(error: &digitalocean::Error) -> bool {
    error.is_not_visible()
        || error.needs_new_token()
        || error.retry_at().is_some()
        || matches!(error, digitalocean::Error::DeadlineExceeded { .. })
}

/// Returns the resources that have all their strikes: the last one was given before, or by this
/// part of the scan.
fn at_strike_limit(
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

/// Returns how many of the resources at the strike limit were replaced by new ones of the same
/// parent, that is, by children first seen after the missing ones were last seen. Backups rotate,
/// so as many may disappear at once as there are droplets.
fn replaced(at_limit: &BTreeMap<ProviderId, Strikes>, known: &BTreeMap<ProviderId, IndexedResource>) -> usize {
    let mut missing: BTreeMap<&Parent, (usize, DateTime<Utc>)> = BTreeMap::new();
    for entry in at_limit.keys().filter_map(|id| known.get(id)) {
        let Some(parent) = &entry.parent else { continue };
        let (count, last_seen_at) = missing.entry(parent).or_insert((0, entry.last_seen_at));
        *count += 1;
        *last_seen_at = entry.last_seen_at.max(*last_seen_at);
    }
    let mut replacements: BTreeMap<&Parent, usize> = BTreeMap::new();
    for entry in known.values().filter(|entry| entry.strikes.is_none()) {
        let since = entry.parent.as_ref().and_then(|parent| Some((parent, missing.get(parent)?.1)));
        if let Some((parent, last_seen_at)) = since
            && entry.last_seen_at > last_seen_at
        {
            *replacements.entry(parent).or_default() += 1;
        }
    }
    missing.iter().map(|(parent, (count, _))| replacements.get(parent).copied().unwrap_or_default().min(*count)).sum()
}

/// Plans the strikes and deletions of orphans. The deletion of their parent was confirmed by its
/// own sweep, so orphans get a strike in each scan and are deleted with the third, however many
/// there are.
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

/// Ends this run; another one continues the scan at once.
fn continue_scan(mut result: SweepResult, scan_progress: ScanProgress, left: usize, total: usize) -> SweepResult {
    result.error = Some(format!("{} of {total} parents read so far; another run continues", total - left));
    pause_scan(result, scan_progress, left, total)
}

/// Ends this run; the scan continues with the next run.
fn pause_scan(mut result: SweepResult, mut scan_progress: ScanProgress, left: usize, total: usize) -> SweepResult {
    scan_progress.pages += result.counts.pages;
    scan_progress.items += result.counts.items;
    scan_progress.changes += result.counts.changes;
    result.note(format!("a scan over {total} parents is in progress: {left} are left"));
    result.listed = false;
    result.scan_progress = Some(scan_progress);
    result
}

/// Ends the scan. The receipt covers all of its runs.
fn complete_scan(mut result: SweepResult, scan_progress: &ScanProgress) -> SweepResult {
    result.listed &= scan_progress.unread == 0;
    result.scan_started_at = Some(scan_progress.started_at);
    result.counts.pages += scan_progress.pages;
    result.counts.items += scan_progress.items;
    result.counts.requests += scan_progress.requests;
    result.counts.changes += scan_progress.changes;
    result
}
