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

use super::finding::told;
use super::kind::KindSweep;
use super::plan::{Action, Plan, RoundEnd, Step, next_hold, plan_deaths, plan_part};
use super::{Finding, Next, Run, Tally, complete};
use crate::Error;
use crate::kinds::{ChildKind, ListError};

/// Lists read at a time.
const CONCURRENT_LISTS: usize = 4;
/// Time kept for writing what the lists said.
const WRITING_TIME: Duration = Duration::from_secs(60);

/// What the lists of some parents said.
#[derive(Default)]
struct Reading {
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
    run: Run<'_>,
    client: &Client,
    kind: &dyn ChildKind,
    lane: &SyncState,
) -> Result<Finding, Error> {
    let parents = match kind.parents(client).await {
        Ok(parents) => parents,
        Err(error) => return Ok(Finding { scan_progress: lane.scan_progress.clone(), ..Finding::refused(&error) }),
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
    let mut scan_progress = lane.scan_progress.clone().unwrap_or_else(begin);
    let known = run.table.indexed_resources(run.account, &kind.kind()).await?;
    let known_parents = run.table.indexed_resources(run.account, &kind.parent_kind()).await?;
    let parent_of = |known: &IndexedResource| known.parent.as_ref().map(|parent| parent.provider_id.clone());
    let bereft = |known: &IndexedResource| {
        parent_of(known).is_none_or(|id| !parents.live.contains_key(&id) && !known_parents.contains_key(&id))
    };

    // Those that say they have children, and those of which we know some: a list that leaves a parent out takes no child.
    let mut ask: BTreeSet<ProviderId> =
        parents.live.iter().filter(|(_, has)| **has).map(|(id, _)| id.clone()).collect();
    ask.extend(known.values().filter(|known| !bereft(known)).filter_map(parent_of));
    let total = ask.len();
    ask.retain(|id| scan_progress.after.as_ref().is_none_or(|after| id > after));
    let left = ask.len();

    let reading = read(run, client, kind, ask).await;
    let mut sweep = KindSweep::new(run, client, kind, lane, reading.facts);
    let rules = sweep.rules(lane);
    let of_the_read = known.iter().filter(|(_, known)| parent_of(known).is_some_and(|id| reading.read.contains(&id)));
    let of_the_read: BTreeMap<ProviderId, IndexedResource> =
        of_the_read.map(|(id, known)| (id.clone(), known.clone())).collect();
    // A child that came from another parent, or whose parent is not told, is no discovery.
    let mut comparable = of_the_read.clone();
    comparable.extend(sweep.facts.keys().filter_map(|id| Some((id.clone(), known.get(id)?.clone()))));
    let mut part = plan_part(&comparable, &sweep.fingerprints(), &rules);
    let inquiry = sweep.check(&mut part).await;
    sweep.expect(&part).await?;
    let items = u32::try_from(sweep.facts.len()).unwrap_or(u32::MAX);
    let tally = Tally { pages: parents.pages + reading.pages, items, ..Tally::default() };
    let mut finding = sweep.apply(&part, &inquiry.gone, tally).await?;
    finding.tally.rate_limit_remaining = reading.remaining.or(parents.rate_limit_remaining);

    if finding.next == Next::GoOn {
        // Not all was written: the same parents again.
        return Ok(go_on(finding, scan_progress, left, total));
    }
    scan_progress.after = reading.after.or(scan_progress.after);
    scan_progress.unread += reading.unread;
    if let Some(error) = inquiry.unanswered {
        scan_progress.unread += 1;
        finding = finding.failed(SweepStatus::Partial, &error);
    }
    match reading.stopped {
        Some(Stop::OutOfTime) => {
            let read = reading.read.len() + reading.unread as usize;
            finding = finding.stopped(String::new(), Next::GoOn);
            return Ok(go_on(finding, scan_progress, left.saturating_sub(read), total));
        }
        Some(Stop::Refused(error)) => {
            let read = reading.read.len() + reading.unread as usize;
            let refused = finding.failed(SweepStatus::Partial, &error);
            return Ok(paused(refused, scan_progress, left.saturating_sub(read), total));
        }
        None => {}
    }
    if scan_progress.unread > 0 {
        let why = reading.error.unwrap_or_else(|| "see the earlier runs of the round".to_owned());
        let error = format!("the lists of {} of {total} parents could not be read: {why}", scan_progress.unread);
        let next = finding.next;
        finding = finding.stopped(error, next);
        finding.hold.clone_from(&lane.hold);
        return Ok(ended(finding, &scan_progress));
    }

    // Those whose parent is gone for good: nobody is left to list them.
    let orphans: BTreeMap<ProviderId, IndexedResource> =
        known.iter().filter(|(_, known)| bereft(known)).map(|(id, known)| (id.clone(), known.clone())).collect();
    let mut struck_out = struck_out(&known, &part, sweep.at);
    struck_out.retain(|id, _| !sweep.facts.contains_key(id) && !orphans.contains_key(id));
    let end = RoundEnd {
        begun_at: scan_progress.started_at,
        nothing_listed: scan_progress.items + items == 0 && orphans.len() < known.len(),
        replaced: replaced(&struck_out, &known),
    };
    let mut deaths = plan_deaths(&known, &struck_out, &end, &rules);
    let held = deaths.held;
    deaths.steps.extend(orphan_steps(&orphans, &rules));
    sweep.expect(&deaths).await?;
    let buried = sweep.apply(&deaths, &inquiry.gone, Tally::default()).await?;
    finding.tally.changes += buried.tally.changes;
    if buried.status != SweepStatus::Complete {
        // Nothing is lost: who is struck out is struck out, and the end of the round comes again.
        finding = finding.stopped(buried.error.unwrap_or_default(), buried.next);
        return Ok(paused(finding, scan_progress, 0, total));
    }
    finding.hold = next_hold(lane.hold.as_ref(), held, run.run_id, sweep.at);
    if finding.status == SweepStatus::Complete {
        finding.status = complete(held);
    }
    if held > 0 {
        finding.note(super::waiting(held, known.len(), &kind.kind(), run.worker.name));
    }
    Ok(ended(finding, &scan_progress))
}

/// Reads the lists of these parents, in the order of their ids, until something stops it.
async fn read(run: Run<'_>, client: &Client, kind: &dyn ChildKind, ask: BTreeSet<ProviderId>) -> Reading {
    let mut reading = Reading::default();
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
            Err(ListError::DigitalOcean(error)) if is_of_the_token(&error) => {
                reading.stopped = Some(Stop::Refused(error));
                break;
            }
            Err(error) => {
                reading.unread += 1;
                reading.error = Some(match &error {
                    ListError::DigitalOcean(error) => told(error),
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
fn is_of_the_token(error: &digitalocean::Error) -> bool {
    error.is_not_visible()
        || error.needs_new_token()
        || error.retry_at().is_some()
        || matches!(error, digitalocean::Error::DeadlineExceeded { .. })
}

/// Those that have all their strikes, the last one given before or by this part of the round.
fn struck_out(
    known: &BTreeMap<ProviderId, IndexedResource>,
    part: &Plan,
    at: DateTime<Utc>,
) -> BTreeMap<ProviderId, Strikes> {
    let struck = part.steps.iter().filter(|step| step.action == Action::Strike).map(|step| &step.id);
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
fn orphan_steps(orphans: &BTreeMap<ProviderId, IndexedResource>, rules: &super::plan::Rules<'_>) -> Vec<Step> {
    let step = |(id, known): (&ProviderId, &IndexedResource)| {
        let action = match known.strikes {
            Some(strikes) if strikes.count >= Strikes::LIMIT => Action::Bury,
            Some(strikes) if rules.at < strikes.last_at + rules.strike_interval => return None,
            Some(strikes) if strikes.count + 1 >= Strikes::LIMIT => Action::Bury,
            _ => Action::Strike,
        };
        Some(Step { id: id.clone(), action })
    };
    orphans.iter().filter_map(step).collect()
}

/// The round goes on at once.
fn go_on(mut finding: Finding, scan_progress: ScanProgress, left: usize, total: usize) -> Finding {
    finding.error = Some(format!("{} of {total} parents read so far; another run goes on", total - left));
    paused(finding, scan_progress, left, total)
}

/// The round goes on when another run comes.
fn paused(mut finding: Finding, mut scan_progress: ScanProgress, left: usize, total: usize) -> Finding {
    scan_progress.pages += finding.tally.pages;
    scan_progress.items += finding.tally.items;
    scan_progress.changes += finding.tally.changes;
    finding.note(format!("a round over {total} parents is under way: {left} are left"));
    finding.listed = false;
    finding.scan_progress = Some(scan_progress);
    finding
}

/// The round is over: the receipt speaks of all of it.
fn ended(mut finding: Finding, scan_progress: &ScanProgress) -> Finding {
    finding.listed &= scan_progress.unread == 0;
    finding.begun_at = Some(scan_progress.started_at);
    finding.tally.pages += scan_progress.pages;
    finding.tally.items += scan_progress.items;
    finding.tally.requests += scan_progress.requests;
    finding.tally.changes += scan_progress.changes;
    finding
}
