//! The sweep's plan: pure, from what is known and what was listed.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Hold, HoldConfirmation, ProviderId, RunId, Strikes};
use store::IndexedResource;

/// At least so many deletions in one sweep are looked at as a mass disappearance ...
pub const BREAKER_MIN_DELETIONS: usize = 5;
/// ... when they are more than one in so many of what is known.
pub const BREAKER_ONE_IN: usize = 5;

/// What is to be done about one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SweepAction {
    /// Listed, and not known to live: new, or a tombstone seen again.
    Discover,
    /// Listed with other facts than known.
    Update,
    /// Listed again after it was missed.
    Return,
    /// Missed once more.
    Strike,
    /// Missed for the third time: ask DigitalOcean for it, and bury it if it is gone.
    Delete,
}

/// One resource and what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepStep {
    /// The resource.
    pub id: ProviderId,
    /// What is to be done.
    pub action: SweepAction,
}

/// What a sweep is to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SweepPlan {
    /// By resource; at most one step each.
    pub steps: Vec<SweepStep>,
    /// How many deletions are held back; 0 when none are.
    pub held: u32,
}

/// When strikes count and which deletions an operator let pass.
#[derive(Debug, Clone)]
pub struct Rules<'a> {
    /// When the list was read.
    pub at: DateTime<Utc>,
    /// The least time between two strikes of one resource.
    pub strike_interval: TimeDelta,
    /// The deletions that wait.
    pub hold: Option<&'a Hold>,
    /// An operator's word on them.
    pub confirmation: Option<&'a HoldConfirmation>,
    /// Whether DigitalOcean can be asked for one resource of the kind.
    pub can_probe: bool,
}

impl Rules<'_> {
    /// Whether an operator confirmed this deletion: it was struck out by the time the hold was confirmed.
    fn confirmed(&self, strikes: Strikes) -> bool {
        match (self.hold, self.confirmation) {
            (Some(hold), Some(confirmation)) => {
                hold.id == confirmation.hold_id && strikes.count >= Strikes::LIMIT && strikes.last_at <= confirmation.at
            }
            _ => false,
        }
    }

    /// Whether so many deletions at once are likelier a fault than a clear-out.
    fn is_mass_deletion(
        &self,
        known: &BTreeMap<ProviderId, IndexedResource>,
        nothing_listed: bool,
        deletions: usize,
    ) -> bool {
        // A token without the scope may get an empty list and a 404 for everything, just like an account that was emptied. The last one of
        // a kind may go if DigitalOcean says so when asked for it.
        let emptied = nothing_listed && known.len() > usize::from(self.can_probe);
        emptied || trips_breaker(deletions, established(known))
    }
}

/// What differs between what is known to live and what was listed.
struct Comparison {
    steps: Vec<SweepStep>,
    /// Their third strike is due.
    due: Vec<ProviderId>,
    /// Struck out and still alive: held, until an operator says a word or a list names them again.
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

/// Plans a sweep from what is known to live and a list that was read whole (id and fingerprint of each).
#[must_use]
pub fn plan(
    known: &BTreeMap<ProviderId, IndexedResource>,
    listed: &BTreeMap<ProviderId, String>,
    rules: &Rules<'_>,
) -> SweepPlan {
    let Comparison { mut steps, due, held } = compare(known, listed, rules);
    let hold = rules.is_mass_deletion(known, listed.is_empty(), due.len() + held);
    // What is held still takes its third strike, so that it is plain what waits; only the deletion is held.
    let action = if hold { SweepAction::Strike } else { SweepAction::Delete };
    steps.extend(due.iter().map(|id| SweepStep { id: id.clone(), action }));
    let held = if hold { held + due.len() } else { held };
    steps.sort_by(|a, b| a.id.cmp(&b.id));
    SweepPlan { steps, held: u32::try_from(held).unwrap_or(u32::MAX) }
}

/// Plans a part of a round, from what is known of some parents' children and those parents' lists. Nothing dies before the round ends,
/// when it is known how much is missing: the third strike is a strike.
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

/// What a round over many parents found, besides who is struck out.
#[derive(Debug, Clone, Copy)]
pub struct CompletedScan {
    /// When it began.
    pub scan_started_at: DateTime<Utc>,
    /// Whether no parent's list had anything.
    pub nothing_listed: bool,
    /// How many of the struck out made room for others of the same parent.
    pub replaced: usize,
}

/// Plans the end of a round: what of the struck out dies. While something is held, what was struck out before the round is part of it;
/// otherwise it only waited for a round that read everything.
#[must_use]
pub fn plan_deletions(
    known: &BTreeMap<ProviderId, IndexedResource>,
    struck_out: &BTreeMap<ProviderId, Strikes>,
    end: &CompletedScan,
    rules: &Rules<'_>,
) -> SweepPlan {
    let (confirmed, open): (Vec<_>, Vec<_>) = struck_out.iter().partition(|(_, strikes)| rules.confirmed(**strikes));
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

/// How many were known when what is missing now was last seen. What was discovered since does not make a loss smaller: a token of another
/// account lists that account's resources while all of ours are missing.
fn established(known: &BTreeMap<ProviderId, IndexedResource>) -> usize {
    let last_seen = known.values().filter(|entry| entry.strikes.is_some()).map(|entry| entry.last_seen_at).max();
    known.values().filter(|entry| last_seen.is_none_or(|last_seen| entry.last_seen_at <= last_seen)).count()
}

/// Whether so many deletions out of so many known look like a fault.
fn trips_breaker(deletions: usize, known: usize) -> bool {
    deletions >= BREAKER_MIN_DELETIONS && deletions * BREAKER_ONE_IN > known
}

/// The hold that a sweep leaves: a new one, the old one with its new count, or none.
#[must_use]
pub fn next_hold(before: Option<&Hold>, held: u32, run: &RunId, at: DateTime<Utc>) -> Option<Hold> {
    match (before, held) {
        (_, 0) => None,
        (Some(hold), count) => Some(Hold { count, ..hold.clone() }),
        (None, count) => Some(Hold { id: run.clone(), since: at, count }),
    }
}
