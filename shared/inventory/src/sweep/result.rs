//! What a sweep has to say for itself when it ends.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::{ChangeCounts, Hold, Kind, ScanProgress, SweepStatus, SyncState, error_chain};

use super::FollowUp;
use crate::Error;
use crate::kinds::{ListError, ListedResources};
use crate::upsert::UpsertEffect;

/// What was read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct SweepCounts {
    pub(crate) pages: u32,
    pub(crate) items: u32,
    /// Requests that the sweep's own client did not make and so did not count.
    pub(crate) requests: u32,
    pub(crate) rate_limit_remaining: Option<u32>,
    pub(crate) changes: ChangeCounts,
}

impl SweepCounts {
    /// What a list took.
    pub(crate) fn of(listed: &ListedResources) -> Self {
        Self {
            pages: listed.pages,
            items: u32::try_from(listed.resources.len()).unwrap_or(u32::MAX),
            rate_limit_remaining: listed.rate_limit_remaining,
            ..Self::default()
        }
    }

    /// Counts what a write did.
    pub(crate) fn add(&mut self, effect: UpsertEffect) {
        let counter = match effect {
            UpsertEffect::Discovered => &mut self.changes.discovered,
            UpsertEffect::Updated => &mut self.changes.updated,
            UpsertEffect::Struck => &mut self.changes.struck,
            UpsertEffect::Returned => &mut self.changes.returned,
            UpsertEffect::Deleted => &mut self.changes.deleted,
            UpsertEffect::Restored => &mut self.changes.restored,
            UpsertEffect::Attributed => &mut self.changes.attributed,
        };
        *counter += 1;
    }
}

/// How a sweep ended, before it is dated and filed as a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SweepResult {
    pub(crate) status: SweepStatus,
    /// Whether the list was read whole and what is missing from it was looked into, whatever became of the rest.
    pub(crate) listed: bool,
    pub(crate) counts: SweepCounts,
    pub(crate) error: Option<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) hold: Option<Hold>,
    /// The round that goes on.
    pub(crate) scan_progress: Option<ScanProgress>,
    /// When what it speaks of began, where that is earlier than the run: the first run of a round.
    pub(crate) scan_started_at: Option<DateTime<Utc>>,
    pub(crate) urn_kinds: Option<BTreeSet<Kind>>,
    pub(crate) next: FollowUp,
}

impl SweepResult {
    /// All went well, so far.
    pub(crate) fn complete(counts: SweepCounts) -> Self {
        Self {
            status: SweepStatus::Complete,
            listed: true,
            counts,
            error: None,
            notes: Vec::new(),
            hold: None,
            scan_progress: None,
            scan_started_at: None,
            urn_kinds: None,
            next: FollowUp::Nothing,
        }
    }

    /// There was no way to ask.
    pub(crate) fn denied(sync_state: &SyncState, reason: &str, next: FollowUp) -> Self {
        Self {
            status: SweepStatus::Failed,
            listed: false,
            error: Some(reason.to_owned()),
            hold: sync_state.hold.clone(),
            scan_progress: sync_state.scan_progress.clone(),
            next,
            ..Self::complete(SweepCounts::default())
        }
    }

    /// The table failed half-way.
    pub(crate) fn interrupted(sync_state: &SyncState, error: &Error) -> Self {
        Self::denied(sync_state, &error_chain(error), FollowUp::Retry)
    }

    /// The list could not be read: nothing can be concluded from it.
    pub(crate) fn refused(error: &ListError) -> Self {
        let counts = SweepCounts::default();
        match error {
            // A product that an account does not have may have no list either. That says nothing of what was seen of it before.
            ListError::DigitalOcean(error) if error.is_not_found() => Self {
                status: SweepStatus::NotVisible,
                listed: false,
                error: Some(format!("DigitalOcean has no such list for this account: {}", public_message(error))),
                ..Self::complete(counts)
            },
            ListError::DigitalOcean(error) => {
                Self { listed: false, ..Self::complete(counts) }.failed(SweepStatus::Failed, error)
            }
            ListError::Unusable(_) => Self {
                status: SweepStatus::Failed,
                listed: false,
                error: Some(error_chain(error)),
                next: FollowUp::OperatorActionRequired,
                ..Self::complete(counts)
            },
        }
    }

    /// DigitalOcean refused something: the sweep stands as `status`, or as not visible where that is what was refused.
    pub(crate) fn failed(mut self, status: SweepStatus, error: &digitalocean::Error) -> Self {
        self.status = if error.is_not_visible() { SweepStatus::NotVisible } else { status };
        self.error = Some(public_message(error));
        self.next = self.next.more_severe(next(error));
        self
    }

    /// Something was left undone.
    pub(crate) fn stopped(mut self, error: String, next: FollowUp) -> Self {
        self.status = SweepStatus::Partial;
        self.error = Some(error);
        self.next = self.next.more_severe(next);
        self
    }

    /// What is not wrong, but worth knowing.
    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}

/// The error for people. What did not read as documented is named by its place alone: its cause may quote what the answer held.
pub(crate) fn public_message(error: &digitalocean::Error) -> String {
    match error {
        digitalocean::Error::Decode { .. } => error.to_string(),
        error => error_chain(error),
    }
}

/// What should follow on DigitalOcean's answer.
fn next(error: &digitalocean::Error) -> FollowUp {
    match error.retry_at() {
        Some(at) => FollowUp::Later(domain::to_millis(at)),
        None if matches!(error, digitalocean::Error::DeadlineExceeded { .. }) => FollowUp::Continue,
        None if error.is_retryable() => FollowUp::Retry,
        None if error.needs_new_token() => FollowUp::NewToken,
        // The operator sees it in the sync state; every tick asks again, so nothing is gained by waking somebody for each.
        None if error.is_not_visible() => FollowUp::Nothing,
        None => FollowUp::OperatorActionRequired,
    }
}
