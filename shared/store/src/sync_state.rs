//! The sync state of each (account, kind): the lease that allows one sweep at a time, and the
//! receipts of the sweeps.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::ReturnValue;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, Hold, HoldConfirmation, Kind, Receipt, RunId, ScanProgress, SyncState};

use crate::audit::AuditEntry;
use crate::item::{ItemMap, attribute, from_item, number, text, text_of, to_item};
use crate::update::ItemUpdate;
use crate::writes::ConditionalWrite;
use crate::{Error, Table, keys};

/// How long a receipt stays in the history of its sync state.
const RECEIPT_RETENTION: TimeDelta = TimeDelta::days(30);

/// The exclusive right to sweep one (account, kind), until the sweep completes or the lease
/// expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncLease {
    /// The account that is swept.
    pub account: AccountId,
    /// The kind that is swept.
    pub kind: Kind,
    /// The globally unique name of the lease's holder.
    pub owner: String,
    /// The fencing token. A lease with a higher one has taken over.
    pub fence: u64,
    /// The time at which the lease expires.
    pub until: DateTime<Utc>,
}

/// The outcome of requesting a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncLeaseOutcome {
    /// The lease, and the current sync state.
    Granted(SyncLease, Box<SyncState>),
    /// Another sweep holds the lease.
    Busy,
}

/// The results of a sweep that are written to its sync state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncCompletion {
    /// The receipt of this sweep.
    pub receipt: Receipt,
    /// True if the list was read completely. The receipt is then also the last complete one, even
    /// if something else failed.
    pub listed: bool,
    /// Deletions that wait for a confirmation from now on; `None` ends a hold and removes its
    /// confirmation.
    pub hold: Option<Hold>,
    /// The progress of a scan that continues in later runs; `None` if there is no such scan, or it
    /// has completed.
    pub scan_progress: Option<ScanProgress>,
    /// Kinds that are known from URNs only, new and earlier ones; `None` leaves the recorded kinds
    /// unchanged.
    pub urn_kinds: Option<BTreeSet<Kind>>,
}

/// The outcome of confirming a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmOutcome {
    /// The confirmation is recorded; the next sweep acts on it.
    Recorded,
    /// There is no such hold, or it has ended.
    NoSuchHold,
}

impl Table {
    /// Requests the lease of a sync state. `owner` must be globally unique, so that a repeated
    /// request recognizes its own lease. `ttl` must be longer than the function's time limit, so
    /// that a sweep cannot outlive its lease.
    ///
    /// # Errors
    /// Fails when the table cannot be written. If the lease was granted and the response lost, the
    /// lease expires by itself.
    pub async fn acquire_sync_lease(
        &self,
        account: &AccountId,
        kind: &Kind,
        owner: &str,
        now: DateTime<Utc>,
        ttl: TimeDelta,
    ) -> Result<SyncLeaseOutcome, Error> {
        let until = now + ttl;
        let mut change = ItemUpdate::default();
        change.set("lease_owner", text(owner));
        change.set("lease_until", text(keys::time(until)));
        change.count("fence");
        change.value("now", text(keys::time(now)));
        change.only_if("attribute_not_exists(lease_until) OR lease_until < :now OR lease_owner = :lease_owner");
        let key = keys::sync_state(account, kind);
        let request = change.request(self, &key).return_values(ReturnValue::AllNew);
        match self.update(request, &key).await? {
            ConditionalWrite::Applied(item) => {
                let state: SyncState = from_item("sync state", item)?;
                let (account, kind, owner) = (account.clone(), kind.clone(), owner.to_owned());
                let lease = SyncLease { account, kind, owner, fence: state.fence, until };
                Ok(SyncLeaseOutcome::Granted(lease, Box::new(state)))
            }
            ConditionalWrite::ConditionFailed { .. } => Ok(SyncLeaseOutcome::Busy),
        }
    }

    /// Completes a sweep in one transaction: its receipt becomes the last one of the sync state,
    /// the lease is released, and the receipt is added to the history. Returns false, and writes
    /// nothing, if another sweep has taken over the lease.
    ///
    /// # Errors
    /// Fails when the table cannot be written.
    pub async fn complete_sync(&self, lease: &SyncLease, completion: &SyncCompletion) -> Result<bool, Error> {
        let receipt = &completion.receipt;
        let history = keys::receipt(&lease.account, &lease.kind, receipt.finished_at, &receipt.run_id);
        let mut history = to_item("receipt", receipt, &history)?;
        history.insert(keys::TTL.to_owned(), number((receipt.finished_at + RECEIPT_RETENTION).timestamp()));
        let key = keys::sync_state(&lease.account, &lease.kind);
        let items = vec![sync_state_change(lease, completion)?.part(self, &key)?, self.put_always(history)?];
        Ok(self.transact(items, &key).await?.is_applied())
    }

    /// Reads one sync state, strongly consistent; `None` if no sweep of the kind ever ran.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn sync_state(&self, account: &AccountId, kind: &Kind) -> Result<Option<SyncState>, Error> {
        self.record("sync state", &keys::sync_state(account, kind)).await
    }

    /// Reads the sync states of an account by kind, of all kinds that a sweep ever ran for.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn sync_states(&self, account: &AccountId) -> Result<BTreeMap<Kind, SyncState>, Error> {
        let query = self.query(None, &keys::account_partition(account), keys::SYNC_STATE_PREFIX);
        let read = |item: ItemMap| {
            let kind = text_of(&item, keys::SK).and_then(|sk| sk.strip_prefix(keys::SYNC_STATE_PREFIX));
            let kind = kind.and_then(|kind| Kind::new(kind).ok());
            kind.map(|kind| Ok((kind, from_item("sync state", item)?))).transpose()
        };
        Ok(self.query_all_as(query, read).await?.into_iter().flatten().collect())
    }

    /// Confirms the deletions of a hold, and writes the audit entry in the same transaction.
    ///
    /// # Errors
    /// Fails when the table cannot be written.
    pub async fn confirm_hold(
        &self,
        account: &AccountId,
        kind: &Kind,
        hold: &RunId,
        audit: &AuditEntry,
    ) -> Result<ConfirmOutcome, Error> {
        let confirmation = HoldConfirmation { hold_id: hold.clone(), at: audit.at };
        let mut change = ItemUpdate::default();
        change.set("confirmation", attribute("confirmation", &confirmation)?);
        change.value("hold", text(hold.as_str()));
        change.only_if("#hold.id = :hold");
        let written = self.write_audited(change.part(self, &keys::sync_state(account, kind))?, audit).await?;
        Ok(if written { ConfirmOutcome::Recorded } else { ConfirmOutcome::NoSuchHold })
    }
}

fn sync_state_change(lease: &SyncLease, completion: &SyncCompletion) -> Result<ItemUpdate, Error> {
    let receipt = attribute("receipt", &completion.receipt)?;
    let mut change = ItemUpdate::default();
    change.value("fence", number(lease.fence));
    change.value("owner", text(&lease.owner));
    change.only_if("fence = :fence AND lease_owner = :owner");
    change.remove(&["lease_owner", "lease_until"]);
    if completion.listed {
        change.set("last_complete", receipt.clone());
    }
    change.set("last", receipt);
    match &completion.hold {
        Some(hold) => change.set("hold", attribute("hold", hold)?),
        None => change.remove(&["hold", "confirmation"]),
    }
    match &completion.scan_progress {
        Some(scan_progress) => change.set("scan_progress", attribute("scan_progress", scan_progress)?),
        None => change.remove(&["scan_progress"]),
    }
    if let Some(kinds) = &completion.urn_kinds {
        change.set("urn_kinds", attribute("kinds", kinds)?);
    }
    Ok(change)
}
