//! The plan of a sweep: a pure function of the known and the listed resources.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Hold, HoldConfirmation, ProviderId, RunId, Strikes};
use store::IndexedResource;

/// The minimum number of deletions in one sweep that may count as a mass deletion. They must also
/// be more than one in [`BREAKER_ONE_IN`] of the known resources.
pub const BREAKER_MIN_DELETIONS: usize = 5;
/// The share of the known resources above which deletions count as a mass deletion, as one in this
/// number.
pub const BREAKER_ONE_IN: usize = 5;

/// The action to take for one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SweepAction {
    /// The resource is listed and not known as live: it is new, or it has a tombstone.
    Discover,
    /// The resource is listed with facts that differ from the known ones.
    Update,
    /// The resource is listed again after it got a strike.
    Return,
    /// The resource is missing and gets a strike.
    Strike,
    /// The resource is missing for the third time: DigitalOcean is asked for it, and if it is gone,
    /// the record becomes a tombstone.
    Delete,
}

/// The step of a plan for one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepStep {
    /// The resource's id within its kind.
    pub id: ProviderId,
    /// The action to take.
    pub action: SweepAction,
}

/// The plan of a sweep.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SweepPlan {
    /// The steps, sorted by resource; at most one for each.
    pub steps: Vec<SweepStep>,
    /// The number of deletions that are held; 0 if there are none.
    pub held: u32,
}

/// The rules that decide when a strike counts and which deletions are confirmed.
#[derive(Debug, Clone)]
pub struct Rules<'a> {
    /// The time at which the list was read.
    pub at: DateTime<Utc>,
    /// The minimum time between two strikes of one resource.
    pub strike_interval: TimeDelta,
    /// The current hold, if there is one.
    pub hold: Option<&'a Hold>,
    /// An operator's confirmation of the hold, if there is one.
    pub confirmation: Option<&'a HoldConfirmation>,
    /// True if DigitalOcean has a request for one resource of the kind.
    pub can_probe: bool,
}

impl Rules<'_> {
    /// Returns true if an operator confirmed this deletion: the resource had all its strikes when
    /// the hold was confirmed.
    fn confirmed(&self, strikes: Strikes) -> bool {
        match (self.hold, self.confirmation) {
            (Some(hold), Some(confirmation)) => {
                hold.id == confirmation.hold_id && strikes.count >= Strikes::LIMIT && strikes.last_at <= confirmation.at
            }
            _ => false,
        }
    }

    /// Returns true if so many deletions at once are more likely a fault than a clean-up.
    fn is_mass_deletion(
        &self,
        known: &BTreeMap<ProviderId, IndexedResource>,
        nothing_listed: bool,
        deletions: usize,
    ) -> bool {
        // For a token without the scope DigitalOcean may return an empty list and a 404 for every
        // resource, which looks like an account that was emptied. The last resource of a kind may
        // be deleted if DigitalOcean answers that it is gone.
        let emptied = nothing_listed && known.len() > usize::from(self.can_probe);
        emptied || trips_breaker(deletions, established(known))
    }
}

/// The differences between the known live resources and the listed ones.
struct Comparison {
    steps: Vec<SweepStep>,
    /// The resources whose third strike is due.
    due: Vec<ProviderId>,
    /// The number of live resources with all their strikes: their deletion is held until an
    /// operator confirms it or a list contains them again.
    held: usize,
}

fn compare(
    known: &BTreeMap<ProviderId, IndexedResource>,
    listed: &BTreeMap<ProviderId, String>,
    rules: &Rules<'_>,
) -> Comparison {
    let mut compared = Comparison { steps: Vec::new(), due: Vec::new(), held: 0 };
    let Comparison { steps, due, held } = &mut compared;
    let mut step = |id: &ProviderId, action| steps.push(SweepStep { id: id.clone(), action });
    for (id, fingerprint) in listed {
        match known.get(id) {
            None => step(id, SweepAction::Discover),
            Some(entry) if entry.fingerprint != *fingerprint => step(id, SweepAction::Update),
            Some(entry) if entry.strikes.is_some() => step(id, SweepAction::Return),
            Some(_) => {}
        }
    }
    for (id, entry) in known.iter().filter(|(id, _)| !listed.contains_key(*id)) {
        match entry.strikes {
            None => step(id, SweepAction::Strike),
            Some(strikes) if rules.confirmed(strikes) => step(id, SweepAction::Delete),
            Some(strikes) if strikes.count >= Strikes::LIMIT => *held += 1,
            Some(strikes) if rules.at < strikes.last_at + rules.strike_interval => {}
            Some(strikes) if strikes.count + 1 >= Strikes::LIMIT => due.push(id.clone()),
            Some(_) => step(id, SweepAction::Strike),
        }
    }
    compared
}

/// Plans a sweep from the known live resources and a complete list (the id and fingerprint of each
/// resource).
#[must_use]
pub fn plan(
    known: &BTreeMap<ProviderId, IndexedResource>,
    listed: &BTreeMap<ProviderId, String>,
    rules: &Rules<'_>,
) -> SweepPlan {
    let Comparison { mut steps, due, held } = compare(known, listed, rules);
    let hold = rules.is_mass_deletion(known, listed.is_empty(), due.len() + held);
    // A held resource still gets its third strike, so that the hold shows what it contains. Only
    // the deletion waits.
    let action = if hold { SweepAction::Strike } else { SweepAction::Delete };
    steps.extend(due.iter().map(|id| SweepStep { id: id.clone(), action }));
    let held = if hold { held + due.len() } else { held };
    steps.sort_by(|a, b| a.id.cmp(&b.id));
    SweepPlan { steps, held: u32::try_from(held).unwrap_or(u32::MAX) }
}

/// Plans a part of a scan, from the lists of some parents and their known children. Nothing is
/// deleted before the scan ends, when it is known how much is missing. Until then the third strike
/// is only a strike.
#[must_use]
pub fn plan_partial(
    known: &BTreeMap<ProviderId, IndexedResource>,
    listed: &BTreeMap<ProviderId, String>,
    rules: &Rules<'_>,
) -> SweepPlan {
    let Comparison { mut steps, due, .. } = compare(known, listed, rules);
    steps.retain(|step| step.action != SweepAction::Delete);
    steps.extend(due.into_iter().map(|id| SweepStep { id, action: SweepAction::Strike }));
    steps.sort_by(|a, b| a.id.cmp(&b.id));
    SweepPlan { steps, held: 0 }
}

/// The facts about a completed scan that decide on deletions, besides the resources at the strike
/// limit.
#[derive(Debug, Clone, Copy)]
pub struct CompletedScan {
    /// The start of the scan, before its first request.
    pub scan_started_at: DateTime<Utc>,
    /// True if the list of every parent was empty.
    pub nothing_listed: bool,
    /// The number of resources at the strike limit that were replaced by new ones of the same
    /// parent.
    pub replaced: usize,
}

/// Plans the end of a scan: which of the resources at the strike limit are deleted. While there is
/// a hold, resources that reached the limit before the scan are part of it. Without a hold, they
/// only waited for a scan that read every list.
#[must_use]
pub fn plan_deletions(
    known: &BTreeMap<ProviderId, IndexedResource>,
    at_limit: &BTreeMap<ProviderId, Strikes>,
    end: &CompletedScan,
    rules: &Rules<'_>,
) -> SweepPlan {
    let (confirmed, open): (Vec<_>, Vec<_>) = at_limit.iter().partition(|(_, strikes)| rules.confirmed(**strikes));
    let is_due = |strikes: &Strikes| rules.hold.is_none() || strikes.last_at >= end.scan_started_at;
    let (due, held): (Vec<_>, Vec<_>) = open.into_iter().partition(|(_, strikes)| is_due(strikes));
    let lost = (due.len() + held.len()).saturating_sub(end.replaced);
    let hold = rules.is_mass_deletion(known, end.nothing_listed, lost);
    let waiting = if hold { due.len() + held.len() } else { held.len() };
    let mut to_delete = confirmed;
    if !hold {
        to_delete.extend(due);
    }
    let steps =
        to_delete.into_iter().map(|(id, _)| SweepStep { id: id.clone(), action: SweepAction::Delete }).collect();
    SweepPlan { steps, held: u32::try_from(waiting).unwrap_or(u32::MAX) }
}

/// Returns how many resources were known when the missing ones were last seen. Resources discovered
/// later must not make a loss look smaller: with a token of another account, a sweep would list
/// that account's resources while all of this account's are missing.
fn established(known: &BTreeMap<ProviderId, IndexedResource>) -> usize {
    let last_seen = known.values().filter(|entry| entry.strikes.is_some()).map(|entry| entry.last_seen_at).max();
    known.values().filter(|entry| last_seen.is_none_or(|last_seen| entry.last_seen_at <= last_seen)).count()
}

/// Returns true if so many deletions out of so many known resources look like a fault.
fn trips_breaker(deletions: usize, known: usize) -> bool {
    deletions >= BREAKER_MIN_DELETIONS && deletions * BREAKER_ONE_IN > known
}

/// Returns the hold after a sweep: a new one, the old one with its new count, or none.
#[must_use]
pub fn next_hold(before: Option<&Hold>, held: u32, run: &RunId, at: DateTime<Utc>) -> Option<Hold> {
    match (before, held) {
        (_, 0) => None,
        (Some(hold), count) => Some(Hold { count, ..hold.clone() }),
        (None, count) => Some(Hold { id: run.clone(), since: at, count }),
    }
}
