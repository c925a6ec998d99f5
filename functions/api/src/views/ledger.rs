//! The representation of ledger entries.

use access::Visibility;
use chrono::{DateTime, Utc};
use sagas::record::{Actor, Definition, EntryKind, LedgerEntry, SagaStatus, StepState, StepStatus, WriteOutcome};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An entry in the ledger of a saga: one change of its state. For tenants, fields that they may not
/// see are null.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LedgerEntry)]
pub struct LedgerEntryView {
    /// Number of the entry; the first is 1.
    #[schema(example = 3)]
    pub rev: u64,
    /// Time of the change.
    pub at: DateTime<Utc>,
    /// Type of the change: `started`, `locks_acquired`, `waiting`, `intended` (a write is about to
    /// be sent), then the result of that write (`applied`, `deferred`, `outcome_unknown`, `lost`,
    /// `target_missing`, `refused`), `step_succeeded`, `step_failed`, `step_compensated`,
    /// `post_checked`, `stuck`, or an operator's command (`cancelled`, `resumed`, `skipped`,
    /// `closed`, `approved`, `denied`).
    #[schema(value_type = String, example = "step_compensated")]
    pub kind: EntryKind,
    /// Worker or operator that made the change.
    pub actor: ActorView,
    /// Index of the step that the entry is about; null if it is about no step.
    #[schema(required, example = 0)]
    pub index: Option<usize>,
    /// Name of that step's type.
    #[schema(required, example = "create_droplet_snapshot")]
    pub step: Option<String>,
    /// Status of the step after the change; null if it did not change.
    #[schema(value_type = Option<String>, required, example = "compensated")]
    pub status: Option<StepStatus>,
    /// Status of the saga after the change.
    #[schema(value_type = String, example = "unwinding")]
    pub saga_status: SagaStatus,
    /// Result of the step or of its compensation as one word.
    #[schema(required, example = "created")]
    pub outcome: Option<String>,
    /// Explanation of the change; for admins only.
    #[schema(required)]
    pub note: Option<String>,
    /// Write that the entry is about: the request to DigitalOcean and, for a write that deletes or
    /// recreates a record, the record as it was. A tenant sees only the values that the saga itself
    /// requested.
    #[schema(value_type = Option<Object>, required, example = json!({ "write": "snapshot_droplet", "id": 3_164_444, "name": "arcadia-snap-3164444-0d9f86a2" }))]
    pub write: Option<Value>,
    /// True if that write is part of a compensation; null if the entry is about no write.
    #[schema(required)]
    pub undoes: Option<bool>,
    /// Result of the write: `applied`, `lost`, `target_missing` or `refused`.
    #[schema(required, example = "applied")]
    pub write_outcome: Option<&'static str>,
    /// State of the target before the step's first write; present in the `intended` entry of that
    /// write.
    #[schema(value_type = Option<Object>, required)]
    pub pre_image: Option<Value>,
    /// Hash that identifies the write in all its entries.
    #[schema(required)]
    pub op_hash: Option<String>,
    /// Hash of the previous entry; empty for the first.
    #[schema(required)]
    pub prev: Option<String>,
    /// Hash of this entry: the SHA-256 of `entry` as it is stored, without this field.
    #[schema(required)]
    pub hash: Option<String>,
    /// Entry as it is stored. The entries of a saga, applied in order, give its state.
    #[schema(value_type = Option<Object>, required)]
    pub entry: Option<Value>,
}

/// The worker or person that made a change.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Actor)]
pub struct ActorView {
    /// Type of the actor: `worker` or `person`.
    #[serde(rename = "type")]
    #[schema(pattern = "^(worker|person)$", example = "worker")]
    pub kind: &'static str,
    /// Id of the worker's invocation, or the subject of the person's token.
    #[schema(required)]
    pub id: Option<String>,
    /// Fencing token of the worker's lease, which increases with each lease.
    #[schema(required, example = 2)]
    pub fence: Option<u64>,
}

impl LedgerEntryView {
    /// Represents an entry of a saga with this definition, limited to what the caller may see.
    #[must_use]
    pub fn new(
        entry: &LedgerEntry,
        definition: &Definition,
        pre_image: Option<&Value>,
        visibility: &Visibility,
    ) -> Self {
        let is_full = visibility.is_full();
        let is_visible = entry.step.is_some_and(|step| visibility.covers(step));
        let spec = entry.step.and_then(|step| definition.steps.get(step));
        let state = entry.step.and_then(|step| entry.steps.get(&step));
        let write = state.and_then(|state| LedgerWrite::of(entry, state)).filter(|_| is_visible);
        let stored = || serde_json::to_value(entry).unwrap_or_default();
        Self {
            rev: entry.rev,
            at: entry.at,
            kind: entry.kind,
            actor: ActorView::new(&entry.actor, visibility),
            index: entry.step,
            step: spec.map(|spec| spec.step.clone()),
            status: state.map(|state| state.status),
            saga_status: entry.progress.status,
            outcome: state.and_then(|state| state.outcome.clone()).filter(|_| is_visible),
            note: is_full.then(|| entry.note.clone()).filter(|note| !note.is_empty()),
            undoes: write.as_ref().map(|write| write.undoes),
            write_outcome: write.as_ref().and_then(|write| write.outcome),
            write: write.and_then(|write| if is_full { Some(write.sent) } else { write.without_prior_state() }),
            pre_image: pre_image.cloned().filter(|_| is_full),
            op_hash: entry.op_hash.clone().filter(|_| is_full),
            prev: is_full.then(|| entry.prev.clone()),
            hash: is_full.then(|| entry.hash.clone()),
            entry: is_full.then(stored),
        }
    }
}

impl ActorView {
    fn new(actor: &Actor, visibility: &Visibility) -> Self {
        let (kind, id, fence) = match actor {
            Actor::Worker { fence, owner } => ("worker", owner, Some(*fence)),
            Actor::Person(subject) => ("person", subject, None),
        };
        let is_full = visibility.is_full();
        Self { kind, id: is_full.then(|| id.clone()), fence: fence.filter(|_| is_full) }
    }
}

/// The write that an entry is about, and its result.
struct LedgerWrite {
    sent: Value,
    deletes: bool,
    undoes: bool,
    outcome: Option<&'static str>,
}

impl LedgerWrite {
    fn of(entry: &LedgerEntry, state: &StepState) -> Option<Self> {
        let op_hash = entry.op_hash.as_ref()?;
        let (write, undoes, outcome) = match state.attempts.iter().find(|attempt| attempt.op_hash == *op_hash) {
            Some(attempt) => (&attempt.write, attempt.undo, Some(outcome_name(&attempt.outcome))),
            None => {
                let intent = state.pending.as_ref().filter(|intent| intent.op_hash == *op_hash)?;
                (&intent.write, intent.undo, None)
            }
        };
        // A write is plain data with text keys, so it always serializes.
        Some(Self { sent: serde_json::to_value(write).unwrap_or_default(), deletes: write.deletes(), undoes, outcome })
    }

    /// The write without the state that existed before the saga. A compensation restores that state
    /// and a deletion contains it, so tenants see neither.
    fn without_prior_state(mut self) -> Option<Value> {
        if self.deletes {
            self.sent.as_object_mut()?.remove("record");
        }
        (!self.undoes).then_some(self.sent)
    }
}

fn outcome_name(outcome: &WriteOutcome) -> &'static str {
    match outcome {
        WriteOutcome::Applied(_) | WriteOutcome::Found(_) => "applied",
        WriteOutcome::Lost => "lost",
        WriteOutcome::TargetMissing => "target_missing",
        WriteOutcome::Refused(_) => "refused",
    }
}
