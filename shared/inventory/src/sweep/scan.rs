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

use digitalocean::Client;
use domain::{ProviderId, ResourceFacts, ScanProgress, SweepStatus, SyncState};
use futures::{StreamExt, stream};
use store::IndexedResource;

use super::kind_sweep::KindSweep;
use super::plan::{CompleteList, CompletedScan, ListCoverage};
use super::result::{SweepCounts, SweepResult, public_message};
use super::run::{FollowUp, SweepRun};
use crate::Error;
use crate::kind::{ListError, MirroredKind, ParentLists};

/// The number of lists read concurrently.
const CONCURRENT_LISTS: usize = 4;
/// The time reserved for writing the content of the lists.
const WRITING_TIME: Duration = Duration::from_secs(60);

/// The content of the lists of some parents.
#[derive(Default)]
struct Reading {
    /// The lists that were read completely, one for each parent.
    lists: Vec<CompleteList>,
    /// The facts of every resource in them.
    facts: BTreeMap<ProviderId, ResourceFacts>,
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
    let first = SweepCounts::of(&parents);
    let live: BTreeMap<ProviderId, bool> = parents.items.into_iter().collect();
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
        parent_of(known).is_none_or(|id| !live.contains_key(&id) && !known_parents.contains_key(&id))
    };

    // Lists are read of the parents that say they have children, and of those that known children
    // belong to: a list that leaves out a parent must not delete its children.
    let mut to_read: BTreeSet<ProviderId> = live.iter().filter(|(_, has)| **has).map(|(id, _)| id.clone()).collect();
    to_read.extend(known.values().filter(|known| !is_orphaned(known)).filter_map(parent_of));
    let total = to_read.len();
    to_read.retain(|id| scan_progress.after.as_ref().is_none_or(|after| id > after));
    let left = to_read.len();

    let Reading { lists, facts, after, pages, remaining, unread, error: why, stopped } =
        read(run, client, lists, to_read).await;
    let items = u32::try_from(facts.len()).unwrap_or(u32::MAX);
    let left_after = left.saturating_sub(lists.len() + unread as usize);
    let is_end = stopped.is_none() && scan_progress.unread + unread == 0;
    let coverage = if is_end {
        let orphans: BTreeSet<ProviderId> =
            known.iter().filter(|(_, known)| is_orphaned(known)).map(|(id, _)| id.clone()).collect();
        let nothing_listed = scan_progress.items + items == 0 && orphans.len() < known.len();
        ListCoverage::EndOfScan(CompletedScan { started_at: scan_progress.started_at, nothing_listed, orphans })
    } else {
        ListCoverage::Part
    };
    let mut sweep = KindSweep::new(run, client, kind.into(), sync_state, facts);
    let counts = SweepCounts { pages: first.pages + pages, items, ..first };
    let mut result = sweep.mirror(&known, lists, &coverage, counts).await?;
    result.counts.rate_limit_remaining = remaining.or(first.rate_limit_remaining);

    if result.next == FollowUp::Continue {
        // Some changes are not written, so the next run reads the same parents again.
        return Ok(continue_scan(result, scan_progress, left, total));
    }
    scan_progress.after = after.or(scan_progress.after);
    scan_progress.unread += unread;
    match stopped {
        Some(Stop::OutOfTime) => {
            result = result.stopped(String::new(), FollowUp::Continue);
            Ok(continue_scan(result, scan_progress, left_after, total))
        }
        Some(Stop::Refused(error)) => {
            Ok(pause_scan(result.failed(SweepStatus::Partial, &error), scan_progress, left_after, total))
        }
        None if scan_progress.unread > 0 => {
            let why = why.unwrap_or_else(|| "see the receipts of the scan's earlier runs".to_owned());
            let error = format!("the lists of {} of {total} parents could not be read: {why}", scan_progress.unread);
            let next = result.next;
            Ok(complete_scan(result.stopped(error, next), &scan_progress))
        }
        None => Ok(complete_scan(result, &scan_progress)),
    }
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
                reading.remaining = listed.rate_limit.and_then(|limit| limit.remaining).or(reading.remaining);
                let items = listed.items.iter().map(|(id, facts)| (id.clone(), facts.fingerprint())).collect();
                reading.lists.push(CompleteList { parent: Some(parent.clone()), items });
                reading.facts.extend(listed.items);
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
