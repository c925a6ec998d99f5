//! The context of a decision: the time, the run, and the announced changes.

use chrono::{DateTime, Utc};
use domain::{
    Cause, CauseType, Change, EventType, Expected, ExpectedChange, Resource, ResourceEvent, ResourceKey, RunId,
};

use crate::facts::tags_alone;

/// The context in which a resource was observed.
#[derive(Debug, Clone, Copy)]
pub struct ObservationContext<'a> {
    /// The time of the request to DigitalOcean.
    pub at: DateTime<Utc>,
    /// The run that sent the request.
    pub run: &'a RunId,
    /// The fields of the kind that change by themselves or in daily use.
    pub state_fields: &'a [&'static str],
    /// Changes that this system announced and that may be seen.
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

    /// Returns the cause of the appearance or disappearance of a resource: that of the
    /// announcement, or the sweep itself.
    pub(super) fn cause_of(&self, key: &ResourceKey, what: &Expected) -> Cause {
        let announced = self.expected_changes_of(key).find(|announced| announced.expected == *what);
        announced.map_or_else(|| self.sync_cause(), |announced| announced.cause.clone())
    }

    /// Returns the type and the cause of a change of facts. An announced change has the cause of
    /// its announcement. A change that is not announced is drift, unless it only concerns fields
    /// that change by themselves.
    pub(super) fn explain(&self, key: &ResourceKey, changes: &[Change]) -> (EventType, Cause) {
        // Tags come and go in daily use, also together with fields that change by themselves.
        let is_state = |change: &Change| change.field == "tags" || self.state_fields.contains(&change.field.as_str());
        let announced = self.expected_changes_of(key).find(|announced| {
            let expected = |change: &Change| announced.expects(change);
            changes.iter().any(expected) && changes.iter().all(|change| expected(change) || is_state(change))
        });
        let tags = tags_alone(changes);
        let event_type = if tags { EventType::Tagged } else { EventType::Updated };
        match announced {
            Some(announced) => (event_type, announced.cause.clone()),
            None if changes.iter().all(is_state) => (event_type, self.sync_cause()),
            None => (EventType::DriftDetected, Cause { kind: CauseType::Outside, id: None }),
        }
    }
}
