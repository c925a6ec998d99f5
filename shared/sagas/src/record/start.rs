//! How a saga comes to be.

use chrono::{DateTime, Utc};
use domain::{AccountId, TenantId};
use serde::{Deserialize, Serialize};

use super::{
    Actor, EntryKind, LedgerEntry, SagaId, SagaMetadata, SagaProgress, SagaRecord, SagaState, SagaStatus, Scheduling,
    StepState,
};
use crate::definition::Definition;
use crate::timing::Timing;

/// An `Idempotency-Key`, and what was asked with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// Whose key it is: keys of two callers never meet.
    pub scope: String,
    /// The key.
    pub key: String,
    /// A digest of what was asked.
    pub body_hash: String,
    /// When the key is forgotten. The table may keep the item longer; the reader minds this time.
    pub expires_at: DateTime<Utc>,
}

/// A saga to be started: one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Its record.
    pub record: SagaRecord,
    /// The first entry of its ledger.
    pub entry: LedgerEntry,
    /// Under which key, if any.
    pub idempotency: Option<Idempotency>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSaga {
    /// What sort of saga.
    pub saga_type: String,
    /// The account.
    pub account: AccountId,
    /// Whose it is.
    pub tenant_id: Option<TenantId>,
    /// Its steps, validated.
    pub definition: Definition,
    /// Who asks.
    pub by: String,
    /// When it is to begin; now if not said.
    pub start_at: Option<DateTime<Utc>>,
    /// By when it must have succeeded; what its steps may take together if not said.
    pub deadline: Option<DateTime<Utc>>,
}

impl Start {
    /// The saga that is asked for. `id` is new and `tx` names this request.
    #[must_use]
    pub fn new(id: SagaId, request: NewSaga, tx: &str, now: DateTime<Utc>, timing: &Timing) -> Self {
        let NewSaga { saga_type, account, tenant_id, definition, by, start_at, deadline } = request;
        let start_at = start_at.unwrap_or(now).max(now);
        let deadline = deadline.unwrap_or(start_at + definition.time_budget() + timing.time_budget_margin);
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

    /// The same, under an idempotency key.
    #[must_use]
    pub fn under(self, idempotency: Idempotency) -> Self {
        Self { idempotency: Some(idempotency), ..self }
    }
}
