//! The result of a sweep, from which its receipt is made.

use std::collections::BTreeSet;

use access::DigitalOceanFailure;
use chrono::{DateTime, Utc};
use digitalocean::Listing;
use domain::{ChangeCounts, Hold, Kind, ScanProgress, SweepStatus, SyncState, error_chain};

use super::run::FollowUp;
use crate::Error;
use crate::kind::ListError;
use crate::upsert::UpsertEffect;

/// The counts of a sweep: reads and changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct SweepCounts {
    pub(crate) pages: u32,
    pub(crate) items: u32,
    /// Requests that the client's own counter does not include, because another client sent them.
    pub(crate) requests: u32,
    pub(crate) rate_limit_remaining: Option<u32>,
    pub(crate) changes: ChangeCounts,
}

impl SweepCounts {
    /// Creates the counts of one list.
    pub(crate) fn of<T>(listed: &Listing<T>) -> Self {
        Self {
            pages: listed.pages,
            items: u32::try_from(listed.items.len()).unwrap_or(u32::MAX),
            rate_limit_remaining: listed.rate_limit.and_then(|limit| limit.remaining),
            ..Self::default()
        }
    }

    /// Counts the effect of a write.
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

/// The result of a sweep, before it is dated and stored as a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SweepResult {
    pub(crate) status: SweepStatus,
    /// True if the whole list was read and missing resources were checked, even if later writes
    /// failed.
    pub(crate) listed: bool,
    pub(crate) counts: SweepCounts,
    pub(crate) error: Option<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) hold: Option<Hold>,
    /// The progress of a scan that is not complete yet.
    pub(crate) scan_progress: Option<ScanProgress>,
    /// The start of the scan, if it began in an earlier run.
    pub(crate) scan_started_at: Option<DateTime<Utc>>,
    pub(crate) urn_kinds: Option<BTreeSet<Kind>>,
    pub(crate) next: FollowUp,
}

impl SweepResult {
    /// Creates the result of a sweep without errors.
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

    /// Creates the result of a sweep that had no access to DigitalOcean.
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

    /// Creates the result of a sweep that the table interrupted.
    pub(crate) fn interrupted(sync_state: &SyncState, error: &Error) -> Self {
        Self::denied(sync_state, &error_chain(error), FollowUp::Retry)
    }

    /// Creates the result of a sweep whose list could not be read: nothing is concluded from it.
    pub(crate) fn refused(error: &ListError) -> Self {
        let counts = SweepCounts::default();
        match error {
            // A product that an account does not use may have no list either. Resources that were
            // seen before are not deleted because of that.
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

    /// Records an error from DigitalOcean. The status becomes `status`, or "not visible" if the
    /// error says that the token lacks the permission.
    pub(crate) fn failed(mut self, status: SweepStatus, error: &digitalocean::Error) -> Self {
        self.status = if error.is_not_visible() { SweepStatus::NotVisible } else { status };
        let failure = DigitalOceanFailure::from(error);
        self.error = Some(failure.reason);
        self.next = self.next.more_severe(failure.remedy.into());
        self
    }

    /// Records that the sweep stopped with work left.
    pub(crate) fn stopped(mut self, error: String, next: FollowUp) -> Self {
        self.status = SweepStatus::Partial;
        self.error = Some(error);
        self.next = self.next.more_severe(next);
        self
    }

    /// Adds a note for operators about something that is not an error.
    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}

/// Returns the error text for people.
pub(crate) fn public_message(error: &digitalocean::Error) -> String {
    DigitalOceanFailure::from(error).reason
}

/// Returns the status of a sweep that read its whole list.
pub(crate) fn status_with_holds(held: u32) -> SweepStatus {
    if held > 0 { SweepStatus::Held } else { SweepStatus::Complete }
}
