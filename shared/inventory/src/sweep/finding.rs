//! What a sweep has to say for itself when it ends.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::{ChangeCounts, Hold, Kind, ScanProgress, SweepStatus, SyncState, error_chain};

use super::Next;
use crate::Error;
use crate::kinds::{ListError, Listed};
use crate::upsert::Effect;

/// What was read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    pub(crate) pages: u32,
    pub(crate) items: u32,
    /// Requests that the sweep's own client did not make and so did not count.
    pub(crate) requests: u32,
    pub(crate) rate_limit_remaining: Option<u32>,
    pub(crate) changes: ChangeCounts,
}

impl Tally {
    /// What a list took.
    pub(crate) fn of(listed: &Listed) -> Self {
        Self {
            pages: listed.pages,
            items: u32::try_from(listed.resources.len()).unwrap_or(u32::MAX),
            rate_limit_remaining: listed.rate_limit_remaining,
            ..Self::default()
        }
    }

    /// Counts what a write did.
    pub(crate) fn count(&mut self, effect: Effect) {
        let counter = match effect {
            Effect::Discovered => &mut self.changes.discovered,
            Effect::Updated => &mut self.changes.updated,
            Effect::Struck => &mut self.changes.struck,
            Effect::Returned => &mut self.changes.returned,
            Effect::Deleted => &mut self.changes.deleted,
            Effect::Restored => &mut self.changes.restored,
            Effect::Attributed => &mut self.changes.attributed,
        };
        *counter += 1;
    }
}

/// How a sweep ended, before it is dated and filed as a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) status: SweepStatus,
    /// Whether the list was read whole and what is missing from it was looked into, whatever became of the rest.
    pub(crate) listed: bool,
    pub(crate) tally: Tally,
    pub(crate) error: Option<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) hold: Option<Hold>,
    /// The round that goes on.
    pub(crate) scan_progress: Option<ScanProgress>,
    /// When what it speaks of began, where that is earlier than the run: the first run of a round.
    pub(crate) begun_at: Option<DateTime<Utc>>,
    pub(crate) urn_kinds: Option<BTreeSet<Kind>>,
    pub(crate) next: Next,
}

impl Finding {
    /// All went well, so far.
    pub(crate) fn complete(tally: Tally) -> Self {
        Self {
            status: SweepStatus::Complete,
            listed: true,
            tally,
            error: None,
            notes: Vec::new(),
            hold: None,
            scan_progress: None,
            begun_at: None,
            urn_kinds: None,
            next: Next::Nothing,
        }
    }

    /// There was no way to ask.
    pub(crate) fn denied(lane: &SyncState, reason: &str, next: Next) -> Self {
        Self {
            status: SweepStatus::Failed,
            listed: false,
            error: Some(reason.to_owned()),
            hold: lane.hold.clone(),
            scan_progress: lane.scan_progress.clone(),
            next,
            ..Self::complete(Tally::default())
        }
    }

    /// The table failed half-way.
    pub(crate) fn broken_off(lane: &SyncState, error: &Error) -> Self {
        Self::denied(lane, &error_chain(error), Next::Retry)
    }

    /// The list could not be read: nothing can be concluded from it.
    pub(crate) fn refused(error: &ListError) -> Self {
        let tally = Tally::default();
        match error {
            // A product that an account does not have may have no list either. That says nothing of what was seen of it before.
            ListError::DigitalOcean(error) if error.is_not_found() => Self {
                status: SweepStatus::NotVisible,
                listed: false,
                error: Some(format!("DigitalOcean has no such list for this account: {}", told(error))),
                ..Self::complete(tally)
            },
            ListError::DigitalOcean(error) => {
                Self { listed: false, ..Self::complete(tally) }.failed(SweepStatus::Failed, error)
            }
            ListError::Unusable(_) => Self {
                status: SweepStatus::Failed,
                listed: false,
                error: Some(error_chain(error)),
                next: Next::Person,
                ..Self::complete(tally)
            },
        }
    }

    /// DigitalOcean refused something: the sweep stands as `status`, or as not visible where that is what was refused.
    pub(crate) fn failed(mut self, status: SweepStatus, error: &digitalocean::Error) -> Self {
        self.status = if error.is_not_visible() { SweepStatus::NotVisible } else { status };
        self.error = Some(told(error));
        self.next = self.next.graver(next(error));
        self
    }

    /// Something was left undone.
    pub(crate) fn stopped(mut self, error: String, next: Next) -> Self {
        self.status = SweepStatus::Partial;
        self.error = Some(error);
        self.next = self.next.graver(next);
        self
    }

    /// What is not wrong, but worth knowing.
    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}

/// The error for people. What did not read as documented is named by its place alone: its cause may quote what the answer held.
pub(crate) fn told(error: &digitalocean::Error) -> String {
    match error {
        digitalocean::Error::Decode { .. } => error.to_string(),
        error => error_chain(error),
    }
}

/// What should follow on DigitalOcean's answer.
fn next(error: &digitalocean::Error) -> Next {
    match error.retry_at() {
        Some(at) => Next::Later(domain::to_millis(at)),
        None if matches!(error, digitalocean::Error::DeadlineExceeded { .. }) => Next::GoOn,
        None if error.is_retryable() => Next::Retry,
        None if error.needs_new_token() => Next::NewToken,
        // The operator sees it in the sync state; every tick asks again, so nothing is gained by waking somebody for each.
        None if error.is_not_visible() => Next::Nothing,
        None => Next::Person,
    }
}
