//! The context of a decision: when, for whom, and what was to be expected.

use chrono::{DateTime, Utc};
use domain::{
    Cause, CauseType, Change, EventType, Expected, ExpectedChange, Resource, ResourceEvent, ResourceKey, RunId,
};

use crate::facts::tags_alone;

/// When a decision is made, for which run, and what it may expect to see.
#[derive(Debug, Clone, Copy)]
pub struct ObservationContext<'a> {
    /// When DigitalOcean was asked.
    pub at: DateTime<Utc>,
    /// The run that asked.
    pub run: &'a RunId,
    /// The fields of the kind that change by themselves or in daily use.
    pub state_fields: &'a [&'static str],
    /// Changes of our own that are to be seen.
    pub expected: &'a [ExpectedChange],
}

impl ObservationContext<'_> {
    pub(super) fn event(&self, row: &Resource, explained: (EventType, Cause), changes: Vec<Change>) -> ResourceEvent {
        let (event_type, cause) = explained;
        ResourceEvent {
            key: row.key.clone(),
            version: row.version,
            incarnation: row.incarnation,
            at: self.at,
            event_type,
            name: row.facts.name.clone(),
            changes,
            cause,
        }
    }

    pub(super) fn sync_cause(&self) -> Cause {
        Cause { kind: CauseType::Sync, id: Some(self.run.to_string()) }
    }

    fn expected_changes_of<'a>(&'a self, key: &'a ResourceKey) -> impl Iterator<Item = &'a ExpectedChange> {
        self.expected.iter().filter(|expected| expected.key == *key && expected.is_valid_at(self.at))
    }

    /// Whose doing the coming or the going of a resource is.
    pub(super) fn cause_of(&self, key: &ResourceKey, what: &Expected) -> Cause {
        let ours = self.expected_changes_of(key).find(|announced| announced.expected == *what);
        ours.map_or_else(|| self.sync_cause(), |ours| ours.cause.clone())
    }

    /// What a change of facts is, and whose doing: ours where it was announced; drift where somebody decided it who is not us.
    pub(super) fn explain(&self, key: &ResourceKey, changes: &[Change]) -> (EventType, Cause) {
        // Tags come and go in daily use, also together with what changes by itself.
        let is_state = |change: &Change| change.field == "tags" || self.state_fields.contains(&change.field.as_str());
        let ours = self.expected_changes_of(key).find(|announced| {
            let expected = |change: &Change| announced.expects(change);
            changes.iter().any(expected) && changes.iter().all(|change| expected(change) || is_state(change))
        });
        let tags = tags_alone(changes);
        let event_type = if tags { EventType::Tagged } else { EventType::Updated };
        match ours {
            Some(ours) => (event_type, ours.cause.clone()),
            None if changes.iter().all(is_state) => (event_type, self.sync_cause()),
            None => (EventType::DriftDetected, Cause { kind: CauseType::Outside, id: None }),
        }
    }
}
