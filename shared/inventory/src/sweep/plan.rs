//! The plan of a sweep: a pure function of the known resources and of the lists that were read.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Hold, HoldConfirmation, Parent, ProviderId, RunId, Strikes};
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

/// A list that was read completely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompleteList {
    /// The parent whose children it lists; none if it lists the whole kind.
    pub parent: Option<ProviderId>,
    /// The id and the fingerprint of each listed resource.
    pub items: BTreeMap<ProviderId, String>,
}

impl CompleteList {
    /// Creates the list of a whole kind from the id and the fingerprint of each resource.
    #[must_use]
    pub const fn of_the_kind(items: BTreeMap<ProviderId, String>) -> Self {
        Self { parent: None, items }
    }
}

/// How much of a kind the lists of one run contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListCoverage {
    /// The whole kind, in one list.
    Whole,
    /// The children of some parents, while other lists are still to be read, or could not be.
    /// Nothing is deleted before it is known how much is missing, so that the third strike is only
    /// a strike.
    Part,
    /// The children of the last parents of a scan that read every list.
    EndOfScan(CompletedScan),
}

/// The facts about a completed scan that decide on deletions, besides the resources at the strike
/// limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedScan {
    /// The start of the scan, before its first request.
    pub started_at: DateTime<Utc>,
    /// True if the list of every parent was empty.
    pub nothing_listed: bool,
    /// Children whose parent is deleted, so that no list will contain them any more.
    pub orphans: BTreeSet<ProviderId>,
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

/// Plans a sweep from the known live resources and the lists that were read.
///
/// At the end of a scan, resources that reached the strike limit before the scan are part of a
/// hold, while there is one. Without a hold, they only waited for a scan that read every list.
/// Orphans get a strike in each scan and are deleted with the third, however many there are,
/// because the deletion of their parent was confirmed by its own sweep.
#[must_use]
pub fn plan(
    known: &BTreeMap<ProviderId, IndexedResource>,
    lists: impl IntoIterator<Item = CompleteList>,
    coverage: &ListCoverage,
    rules: &Rules<'_>,
) -> SweepPlan {
    let (mut listed, mut read) = (BTreeMap::new(), BTreeSet::new());
    for list in lists {
        read.extend(list.parent);
        listed.extend(list.items);
    }
    let end = match coverage {
        ListCoverage::EndOfScan(end) => Some(end),
        ListCoverage::Whole | ListCoverage::Part => None,
    };
    let is_read = |entry: &IndexedResource| {
        *coverage == ListCoverage::Whole
            || entry.parent.as_ref().is_some_and(|parent| read.contains(&parent.provider_id))
    };
    let mut steps = Vec::new();
    let mut step = |id: &ProviderId, action| steps.push(SweepStep { id: id.clone(), action });
    for (id, fingerprint) in &listed {
        match known.get(id) {
            None => step(id, SweepAction::Discover),
            Some(entry) if entry.fingerprint != *fingerprint => step(id, SweepAction::Update),
            Some(entry) if entry.strikes.is_some() => step(id, SweepAction::Return),
            Some(_) => {}
        }
    }
    // The resources whose third strike is due now, those that got it before and may be deleted, and
    // those that wait for an operator's confirmation.
    let (mut due, mut overdue, mut held) = (Vec::new(), Vec::new(), Vec::new());
    for (id, entry) in known.iter().filter(|(id, _)| !listed.contains_key(*id)) {
        let is_orphan = end.is_some_and(|end| end.orphans.contains(id));
        let at_limit = entry.strikes.filter(|strikes| strikes.count >= Strikes::LIMIT);
        if !(is_read(entry) || is_orphan || end.is_some() && at_limit.is_some()) {
            continue;
        }
        match (entry.strikes, at_limit) {
            (_, Some(strikes)) if is_orphan || rules.confirmed(strikes) => {
                if *coverage != ListCoverage::Part {
                    step(id, SweepAction::Delete);
                }
            }
            (_, Some(strikes)) => match end {
                Some(end) if rules.hold.is_none() || strikes.last_at >= end.started_at => overdue.push(id),
                _ => held.push(id),
            },
            (Some(strikes), None) if rules.at < strikes.last_at + rules.strike_interval => {}
            (Some(strikes), None) if strikes.count + 1 >= Strikes::LIMIT => match is_orphan {
                true => step(id, SweepAction::Delete),
                false => due.push(id),
            },
            (_, None) => step(id, SweepAction::Strike),
        }
    }
    let nothing_listed = end.map_or(listed.is_empty(), |end| end.nothing_listed);
    let missing = || due.iter().chain(&overdue).chain(&held).copied();
    let lost = missing().count() - if end.is_some() { replaced(missing(), known) } else { 0 };
    let holds = *coverage == ListCoverage::Part || rules.is_mass_deletion(known, nothing_listed, lost);
    // A held resource still gets its third strike, so that the hold shows what it contains. Only
    // the deletion waits.
    due.iter().for_each(|id| step(id, if holds { SweepAction::Strike } else { SweepAction::Delete }));
    if !holds {
        overdue.iter().for_each(|id| step(id, SweepAction::Delete));
    }
    steps.sort_by(|a, b| a.id.cmp(&b.id));
    let held = match coverage {
        ListCoverage::Part => 0,
        _ if holds => due.len() + overdue.len() + held.len(),
        _ => held.len(),
    };
    SweepPlan { steps, held: u32::try_from(held).unwrap_or(u32::MAX) }
}

/// Returns how many of the resources at the strike limit were replaced by new ones of the same
/// parent, that is, by children first seen after the missing ones were last seen. Backups rotate,
/// so as many may disappear at once as there are droplets.
fn replaced<'a>(
    at_limit: impl Iterator<Item = &'a ProviderId>,
    known: &BTreeMap<ProviderId, IndexedResource>,
) -> usize {
    let mut missing: BTreeMap<&Parent, (usize, DateTime<Utc>)> = BTreeMap::new();
    for entry in at_limit.filter_map(|id| known.get(id)) {
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
