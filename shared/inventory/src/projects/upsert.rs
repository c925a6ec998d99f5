//! Pure decisions on a project's record, like those of [`crate::upsert`] on a resource's.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, Project, ProjectFacts, ProjectId, Strikes, begin_interval};
use sha2::{Digest, Sha256};
use store::ProjectWrite;

use crate::upsert::UpsertEffect;

/// A write of a project's record and its effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectDecision {
    /// The write, conditional on the version of the record.
    pub write: ProjectWrite,
    /// The effect of the write, for the receipt's counts.
    pub effect: UpsertEffect,
}

/// Returns a digest of a project's facts.
#[must_use]
pub fn fingerprint(facts: &ProjectFacts) -> String {
    let bytes = serde_json::to_vec(facts).unwrap_or_default();
    hex::encode(&Sha256::digest(bytes)[..16])
}

/// Decides on a project that was listed with these facts; `None` if nothing changed.
#[must_use]
pub fn seen(
    before: Option<&Project>,
    account: &AccountId,
    id: &ProjectId,
    facts: &ProjectFacts,
    at: DateTime<Utc>,
) -> Option<ProjectDecision> {
    let digest = fingerprint(facts);
    let Some(before) = before else {
        let mut project = Project {
            account: account.clone(),
            id: id.clone(),
            facts: facts.clone(),
            fingerprint: digest,
            tenant_id: None,
            purpose: None,
            tenant_history: Vec::new(),
            name_history: Vec::new(),
            first_seen_at: at,
            last_seen_at: at,
            strikes: None,
            deleted_at: None,
            version: 1,
        };
        // The project is assumed to have had this name since its creation, because earlier names
        // are unknown.
        begin_interval(&mut project.name_history, facts.name.clone(), facts.created_at.unwrap_or(at).min(at));
        return Some(ProjectDecision {
            write: ProjectWrite { before: None, project },
            effect: UpsertEffect::Discovered,
        });
    };
    let effect = match (before.deleted_at, before.fingerprint == digest, before.strikes) {
        (Some(_), _, _) => UpsertEffect::Restored,
        (None, false, _) => UpsertEffect::Updated,
        (None, true, Some(_)) => UpsertEffect::Returned,
        (None, true, None) => return None,
    };
    let mut project = next(before);
    if project.facts.name != facts.name {
        begin_interval(&mut project.name_history, facts.name.clone(), at);
    }
    project.facts = facts.clone();
    project.fingerprint = digest;
    project.last_seen_at = at;
    project.strikes = None;
    project.deleted_at = None;
    Some(decision(project, effect))
}

/// Decides on a project that a complete list left out. `None` while the last strike is younger than
/// `strike_interval`.
#[must_use]
pub fn missed(
    before: &Project,
    strike_interval: TimeDelta,
    last_complete_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Option<ProjectDecision> {
    if before.deleted_at.is_some() {
        return None;
    }
    let strikes = Strikes::next(before.strikes, strike_interval, at)?;
    let mut project = next(before);
    if before.strikes.is_none() {
        project.last_seen_at = last_complete_at.map_or(before.last_seen_at, |at| at.max(before.last_seen_at));
    }
    project.strikes = Some(strikes);
    Some(decision(project, UpsertEffect::Struck))
}

/// Decides on a project that DigitalOcean said is gone. `None` unless the third strike is due or
/// was given.
#[must_use]
pub fn gone(before: &Project, at: DateTime<Utc>) -> Option<ProjectDecision> {
    if before.deleted_at.is_some() {
        return None;
    }
    let strikes = Strikes::final_strike(before.strikes, at)?;
    let mut project = next(before);
    project.deleted_at = Some(at);
    project.strikes = Some(strikes);
    Some(decision(project, UpsertEffect::Deleted))
}

/// Decides on a project that DigitalOcean said exists, although the list left it out.
#[must_use]
pub fn still_there(before: &Project, at: DateTime<Utc>) -> Option<ProjectDecision> {
    if before.deleted_at.is_some() || before.strikes.is_none() {
        return None;
    }
    let mut project = next(before);
    project.last_seen_at = at;
    project.strikes = None;
    Some(decision(project, UpsertEffect::Returned))
}

fn next(before: &Project) -> Project {
    Project { version: before.version + 1, ..before.clone() }
}

fn decision(project: Project, effect: UpsertEffect) -> ProjectDecision {
    ProjectDecision { write: ProjectWrite { before: Some(project.version - 1), project }, effect }
}
