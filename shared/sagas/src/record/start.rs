//! The start of a saga: the request, and the items that it becomes.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, TenantId};
use serde::{Deserialize, Serialize};

use super::{
    Actor, Definition, EntryKind, LedgerEntry, SagaId, SagaMetadata, SagaProgress, SagaRecord, SagaState, SagaStatus,
    Scheduling, StepState,
};

/// An `Idempotency-Key` with a digest of its request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// The caller to whom the key belongs: equal keys of two callers are different keys.
    pub scope: String,
    /// The key as the caller sent it.
    pub key: String,
    /// A digest of the request that was sent with the key.
    pub body_hash: String,
    /// The time at which the key expires. The table may keep the item longer; readers compare this
    /// time.
    pub expires_at: DateTime<Utc>,
}

/// A saga to be started, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The first record of the saga.
    pub record: SagaRecord,
    /// The first entry of the ledger.
    pub entry: LedgerEntry,
    /// The idempotency key; none if the request had none.
    pub idempotency: Option<Idempotency>,
}

/// A request for a new saga.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSaga {
    /// The saga's type: the name of a saga template, or `custom`.
    pub saga_type: String,
    /// The account in which the saga works.
    pub account: AccountId,
    /// The tenant that owns the target; none for the company's own resources.
    pub tenant_id: Option<TenantId>,
    /// The validated steps with their inputs.
    pub definition: Definition,
    /// The person who starts the saga, by the subject of their token.
    pub by: String,
    /// The time at which the saga is to begin; now if none is given.
    pub start_at: Option<DateTime<Utc>>,
    /// The time by which the saga must have succeeded. If none is given, it follows from the time
    /// budget of the steps.
    pub deadline: Option<DateTime<Utc>>,
}

impl Start {
    /// Returns the items of a new saga. `id` is new, and `tx` is the unique id of this request. A
    /// default deadline has this margin beyond the time budget of the steps.
    #[must_use]
    pub fn new(id: SagaId, request: NewSaga, tx: &str, now: DateTime<Utc>, margin: TimeDelta) -> Self {
        let NewSaga { saga_type, account, tenant_id, definition, by, start_at, deadline } = request;
        let start_at = start_at.unwrap_or(now).max(now);
        let deadline = deadline.unwrap_or(start_at + definition.time_budget() + margin);
        let progress = SagaProgress {
            status: SagaStatus::Pending,
            cursor: 0,
            locked: false,
            deadline,
            error: None,
            cancel: None,
            stuck: None,
            post_check: None,
            finished_at: None,
        };
        let steps: Vec<StepState> = definition.steps.iter().map(|_| StepState::pending()).collect();
        let entry = LedgerEntry {
            rev: 1,
            at: now,
            kind: EntryKind::Started,
            actor: Actor::Person(by.clone()),
            step: None,
            op_hash: None,
            note: String::new(),
            progress: progress.clone(),
            steps: steps.iter().cloned().enumerate().collect(),
            prev: String::new(),
            hash: String::new(),
        }
        .sealed();
        let metadata = SagaMetadata {
            id,
            saga_type,
            account,
            tenant_id,
            def_hash: definition.hash(),
            definition,
            created_at: now,
            created_by: by,
            start_at,
        };
        let state = SagaState { progress, rev: 1, updated_at: now, ledger_hash: entry.hash.clone(), steps };
        let scheduling = Scheduling {
            fence: 0,
            lease_owner: None,
            lease_until: None,
            next_due: Some(start_at),
            takeovers: 0,
            polls: 0,
            denied: 0,
            last_tx: tx.to_owned(),
        };
        Self { record: SagaRecord { metadata, state, scheduling }, entry, idempotency: None }
    }

    /// Returns the same start with an idempotency key.
    #[must_use]
    pub fn under(self, idempotency: Idempotency) -> Self {
        Self { idempotency: Some(idempotency), ..self }
    }
}
