//! The commit of a saga's state transition in one transaction. The record comes first, so that a
//! worker that lost the lease learns that before anything else.

use aws_sdk_dynamodb::types::TransactWriteItem;
use chrono::{DateTime, Utc};
use sagas::ports::{CommitResult, ScheduleChange, Transition};
use sagas::record::{LockCondition, LockTarget, SagaId, SagaStatus};

use super::items::{ledger_entry_item, missing};
use crate::item::{ItemMap, attribute, number, text, to_item};
use crate::keys::{self, Key};
use crate::update::ItemUpdate;
use crate::writes::ConditionalWrite;
use crate::{Error, Table};

/// The purpose of one part of the transaction.
enum TransactionPart {
    Record,
    /// An item that must not exist yet.
    New(Key),
    LockAcquired(LockTarget),
    LockReleased(LockTarget),
}

impl Table {
    pub(super) async fn commit_saga(&self, transition: &Transition) -> Result<CommitResult, Error> {
        let saga = &transition.saga;
        let key = keys::saga_record(saga);
        // Locks that another saga holds. A release of such a lock is left out, and the transaction
        // is repeated without it.
        let mut held_by_others: Vec<LockTarget> = Vec::new();
        loop {
            let (mut parts, items): (Vec<TransactionPart>, Vec<TransactWriteItem>) =
                self.parts(transition, &held_by_others)?.into_iter().unzip();
            let items = items.into_iter().chain(self.saga_audit.clone()).collect();
            let (index, item) = match self.transact(items, &key).await? {
                ConditionalWrite::Applied(()) => return Ok(CommitResult::Written),
                ConditionalWrite::ConditionFailed { index, item } => (index, item),
            };
            match parts.swap_remove(index) {
                TransactionPart::Record => {
                    let record = self.current_saga(saga, item).await?;
                    return Ok(CommitResult::Refused(Box::new(record.ok_or_else(|| missing(&key))?)));
                }
                TransactionPart::LockAcquired(target) => return Ok(CommitResult::Locked(target)),
                TransactionPart::LockReleased(target) => held_by_others.push(target),
                TransactionPart::New(key) => return Err(Error::Present { key: key.to_string() }),
            }
        }
    }

    fn parts(
        &self,
        change: &Transition,
        held_by_others: &[LockTarget],
    ) -> Result<Vec<(TransactionPart, TransactWriteItem)>, Error> {
        let Transition { saga, entry, pre_image, take, release, terminal, .. } = change;
        let mut parts = vec![(TransactionPart::Record, self.record_part(change)?)];
        let mut new = |key: Key, item: ItemMap| -> Result<(), Error> {
            parts.push((TransactionPart::New(key), self.put_new(item)?));
            Ok(())
        };
        new(keys::saga_ledger_entry(saga, entry.rev), ledger_entry_item(saga, entry)?)?;
        if let Some(pre_image) = pre_image {
            let key = keys::saga_pre_image(saga, pre_image.step);
            new(key.clone(), to_item("pre-image", pre_image, &key)?)?;
        }
        if let Some(terminal) = terminal {
            let key = keys::saga_terminal(saga);
            new(key.clone(), to_item("terminal marker", terminal, &key)?)?;
        }
        for (target, how) in take {
            let keeps = !release.contains(target);
            parts.push((
                TransactionPart::LockAcquired(target.clone()),
                self.lock_acquired_part(saga, target, *how, keeps, entry.at)?,
            ));
        }
        let taken = |target: &&LockTarget| take.iter().any(|(taken, _)| taken == *target);
        for target in release.iter().filter(|target| !taken(target) && !held_by_others.contains(target)) {
            parts.push((
                TransactionPart::LockReleased(target.clone()),
                self.lock_released_part(saga, target, entry.at)?,
            ));
        }
        Ok(parts)
    }

    fn record_part(&self, transition: &Transition) -> Result<TransactWriteItem, Error> {
        let Transition { saga, precondition, tx, state, schedule, .. } = transition;
        let mut change = ItemUpdate::default();
        change.set("state", attribute("saga", state)?);
        change.set("last_tx", text(tx));
        for counter in ["takeovers", "polls", "denied"] {
            change.set(counter, number(0));
        }
        match schedule {
            ScheduleChange::Keep => {}
            ScheduleChange::Wake(at) => change.due(saga, *at),
            ScheduleChange::Park(at) => {
                change.due(saga, *at);
                change.release_lease();
            }
            ScheduleChange::Clear => {
                match state.progress.status {
                    SagaStatus::Stuck => change.stuck(saga, state.updated_at),
                    _ => change.clear_due(),
                }
                change.release_lease();
            }
        }
        change.value("expected_rev", number(precondition.rev));
        change.only_if("#state.#rev = :expected_rev");
        change.value("expected_status", attribute("status", &precondition.status)?);
        change.only_if("#state.#status = :expected_status");
        if let Some(fence) = precondition.fence {
            change.value("expected_fence", number(fence));
            change.only_if("fence = :expected_fence");
        }
        change.part(self, &keys::saga_record(saga))
    }

    /// Builds the update that acquires a lock. A lock item stays after its release and names the
    /// last holder.
    fn lock_acquired_part(
        &self,
        saga: &SagaId,
        target: &LockTarget,
        how: LockCondition,
        keeps: bool,
        at: DateTime<Utc>,
    ) -> Result<TransactWriteItem, Error> {
        let mut change = ItemUpdate::default();
        change.set("last_saga_id", text(saga.to_string()));
        if keeps {
            change.set("saga_id", text(saga.to_string()));
        } else {
            change.release_lock(at);
        }
        change.value("me", text(saga.to_string()));
        match how {
            LockCondition::Free { released_before } => {
                change.value("released_before", text(keys::time(released_before)));
                change.only_if("attribute_not_exists(saga_id) OR saga_id = :me");
                change.only_if(
                    "last_saga_id = :me OR attribute_not_exists(released_at) OR released_at <= :released_before",
                );
            }
            LockCondition::Untouched => change.only_if("attribute_not_exists(last_saga_id) OR last_saga_id = :me"),
        }
        change.part(self, &keys::lock(target))
    }

    fn lock_released_part(
        &self,
        saga: &SagaId,
        target: &LockTarget,
        at: DateTime<Utc>,
    ) -> Result<TransactWriteItem, Error> {
        let mut change = ItemUpdate::default();
        change.set("last_saga_id", text(saga.to_string()));
        change.release_lock(at);
        change.value("me", text(saga.to_string()));
        change.only_if("saga_id = :me");
        change.part(self, &keys::lock(target))
    }
}
