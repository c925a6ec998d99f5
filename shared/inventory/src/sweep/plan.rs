//! The sweep's plan: pure, from what is known and what was listed.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Confirmation, Hold, ProviderId, RunId, Strikes};
use store::Known;

/// At least so many deletions in one sweep are looked at as a mass disappearance ...
pub const BREAKER_AT_LEAST: usize = 5;
/// ... when they are more than one in so many of what is known.
pub const BREAKER_ONE_IN: usize = 5;

/// What is to be done about one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Listed, and not known to live: new, or a tombstone seen again.
    Discover,
    /// Listed with other facts than known.
    Update,
    /// Listed again after it was missed.
    Return,
    /// Missed once more.
    Strike,
    /// Missed for the third time: ask DigitalOcean for it, and bury it if it is gone.
    Bury,
}

/// One resource and what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The resource.
    pub id: ProviderId,
    /// What is to be done.
    pub action: Action,
}

/// What a sweep is to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// By resource; at most one step each.
    pub steps: Vec<Step>,
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
    pub confirmation: Option<&'a Confirmation>,
}

impl Rules<'_> {
    /// Whether an operator confirmed this deletion: it was struck out by the time the hold was confirmed.
    fn confirmed(&self, strikes: Strikes) -> bool {
        match (self.hold, self.confirmation) {
            (Some(hold), Some(confirmation)) => {
                hold.id == confirmation.hold_id && strikes.count >= Strikes::OUT && strikes.last_at <= confirmation.at
            }
            _ => false,
        }
    }
}

/// Plans a sweep from what is known to live and a list that was read whole (id and fingerprint of each).
#[must_use]
pub fn plan(known: &BTreeMap<ProviderId, Known>, listed: &BTreeMap<ProviderId, String>, rules: &Rules<'_>) -> Plan {
    let mut steps = Vec::new();
    let mut due = Vec::new();
    let mut held = 0;
    let mut step = |id: &ProviderId, action| steps.push(Step { id: id.clone(), action });

    for (id, fingerprint) in listed {
        match known.get(id) {
            None => step(id, Action::Discover),
            Some(entry) if entry.fingerprint != *fingerprint => step(id, Action::Update),
            Some(entry) if entry.strikes.is_some() => step(id, Action::Return),
            Some(_) => {}
        }
    }
    for (id, entry) in known.iter().filter(|(id, _)| !listed.contains_key(*id)) {
        match entry.strikes {
            None => step(id, Action::Strike),
            Some(strikes) if rules.confirmed(strikes) => step(id, Action::Bury),
            // Struck out and still alive: it was held, and stays so until an operator says a word or a list names it again.
            Some(strikes) if strikes.count >= Strikes::OUT => held += 1,
            Some(strikes) if rules.at < strikes.last_at + rules.strike_interval => {}
            Some(strikes) if strikes.count + 1 >= Strikes::OUT => due.push(id),
            Some(_) => step(id, Action::Strike),
        }
    }

    // A token without the scope may get an empty list and a 404 for everything, just like an account that was emptied.
    let emptied = listed.is_empty() && known.len() > 1;
    let hold = emptied || breaks(due.len() + held, established(known));
    for id in &due {
        // What is held still takes its third strike, so that it is plain what waits; only the deletion is held.
        step(id, if hold { Action::Strike } else { Action::Bury });
    }
    if hold {
        held += due.len();
    }
    steps.sort_by(|a, b| a.id.cmp(&b.id));
    Plan { steps, held: u32::try_from(held).unwrap_or(u32::MAX) }
}

/// How many were known when what is missing now was last seen. What was discovered since does not make a loss smaller: a token of another
/// account lists that account's resources while all of ours are missing.
fn established(known: &BTreeMap<ProviderId, Known>) -> usize {
    let last_seen = known.values().filter(|entry| entry.strikes.is_some()).map(|entry| entry.last_seen_at).max();
    known.values().filter(|entry| last_seen.is_none_or(|last_seen| entry.last_seen_at <= last_seen)).count()
}

/// Whether so many deletions out of so many known look like a fault.
fn breaks(deletions: usize, known: usize) -> bool {
    deletions >= BREAKER_AT_LEAST && deletions * BREAKER_ONE_IN > known
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
