//! The sync state of each (account, kind): the lease that allows one sweep at a time, and the
//! receipts of the sweeps.

use aws_sdk_dynamodb::types::{ReturnValue, TransactWriteItem, Update};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, Hold, HoldConfirmation, Kind, Receipt, RunId, ScanProgress, SyncState};
use std::collections::{BTreeMap, BTreeSet};

use crate::audit::AuditEntry;
use crate::item::{ItemMap, attribute, from_item, key_item, number, text, text_of, to_item};
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
        let key = keys::sync_state(account, kind);
        let until = now + ttl;
        let request = self
            .client
            .update_item()
            .table_name(&self.name)
            .set_key(Some(key_item(&key)))
            .update_expression(
                "SET lease_owner = :owner, lease_until = :until, fence = if_not_exists(fence, :zero) + :one",
            )
            .condition_expression("attribute_not_exists(lease_until) OR lease_until < :now OR lease_owner = :owner")
            .expression_attribute_values(":owner", text(owner))
            .expression_attribute_values(":until", text(keys::time(until)))
            .expression_attribute_values(":now", text(keys::time(now)))
            .expression_attribute_values(":zero", number(0))
            .expression_attribute_values(":one", number(1))
            .return_values(ReturnValue::AllNew);
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
        let items = vec![
            TransactWriteItem::builder().update(self.sync_state_update(lease, completion)?).build(),
            self.put_always(history)?,
        ];
        let written = self.transact(items, &keys::sync_state(&lease.account, &lease.kind)).await?;
        Ok(written.is_applied())
    }

    fn sync_state_update(&self, lease: &SyncLease, completion: &SyncCompletion) -> Result<Update, Error> {
        let receipt = attribute("receipt", &completion.receipt)?;
        let mut set = vec!["#last = :receipt"];
        let mut remove = vec!["lease_owner", "lease_until"];
        let mut update = self
            .update_of(&keys::sync_state(&lease.account, &lease.kind))
            .condition_expression("fence = :fence AND lease_owner = :owner")
            // `last` and `hold` are reserved words of DynamoDB.
            .expression_attribute_names("#last", "last")
            .expression_attribute_names("#hold", "hold")
            .expression_attribute_names("#scan_progress", "scan_progress")
            .expression_attribute_values(":fence", number(lease.fence))
            .expression_attribute_values(":owner", text(&lease.owner))
            .expression_attribute_values(":receipt", receipt);
        if completion.listed {
            set.push("last_complete = :receipt");
        }
        match &completion.hold {
            Some(hold) => {
                set.push("#hold = :hold");
                update = update.expression_attribute_values(":hold", attribute("hold", hold)?);
            }
            None => remove.extend(["#hold", "confirmation"]),
        }
        match &completion.scan_progress {
            Some(scan_progress) => {
                set.push("#scan_progress = :scan_progress");
                update =
                    update.expression_attribute_values(":scan_progress", attribute("scan_progress", scan_progress)?);
            }
            None => remove.push("#scan_progress"),
        }
        if let Some(kinds) = &completion.urn_kinds {
            set.push("urn_kinds = :urn_kinds");
            update = update.expression_attribute_values(":urn_kinds", attribute("kinds", kinds)?);
        }
        let expression = format!("SET {} REMOVE {}", set.join(", "), remove.join(", "));
        Ok(update.update_expression(expression).build()?)
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
        let update = self
            .update_of(&keys::sync_state(account, kind))
            .update_expression("SET confirmation = :confirmation")
            .condition_expression("#hold.id = :hold")
            .expression_attribute_names("#hold", "hold")
            .expression_attribute_values(":hold", text(hold.as_str()))
            .expression_attribute_values(":confirmation", attribute("confirmation", &confirmation)?)
            .build()?;
        let written = self.write_audited(TransactWriteItem::builder().update(update).build(), audit).await?;
        Ok(if written { ConfirmOutcome::Recorded } else { ConfirmOutcome::NoSuchHold })
    }
}
