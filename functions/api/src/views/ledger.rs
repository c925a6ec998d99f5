//! The ledger of a saga.

use chrono::{DateTime, Utc};
use sagas::definition::Definition;
use sagas::record::{Actor, EntryKind, LedgerEntry, SagaStatus, StepState, StepStatus, WriteOutcome};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::visibility::Visibility;

/// One change of a saga. A tenant is told less of it; what it is not told is null.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LedgerEntry)]
pub struct LedgerEntryView {
    /// Its number: 1 for the first.
    #[schema(example = 3)]
    pub rev: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened: `started`, `locks_acquired`, `waiting`, `intended` (a write is about to be sent), then what became of it (`applied`,
    /// `deferred`, `outcome_unknown`, `lost`, `target_missing`, `refused`), `step_succeeded`, `step_failed`, `step_compensated`, `post_checked`, `stuck`,
    /// or what an operator said (`cancelled`, `resumed`, `skipped`, `closed`, `approved`, `denied`).
    #[schema(value_type = String, example = "step_compensated")]
    pub kind: EntryKind,
    /// Who did it.
    pub actor: ActorView,
    /// Which of the saga's steps it is about.
    #[schema(required, example = 0)]
    pub index: Option<usize>,
    /// What that step does.
    #[schema(required, example = "create_droplet_snapshot")]
    pub step: Option<String>,
    /// Where that step is from then on; null where it did not change.
    #[schema(value_type = Option<String>, required, example = "compensated")]
    pub status: Option<StepStatus>,
    /// Where the saga is from then on.
    #[schema(value_type = String, example = "unwinding")]
    pub saga_status: SagaStatus,
    /// How the step succeeded or was undone, in a word.
    #[schema(required, example = "created")]
    pub outcome: Option<String>,
    /// What there is to say of it.
    #[schema(required)]
    pub note: Option<String>,
    /// The write that it is about: what is sent to DigitalOcean, and of what it deletes or makes again what was there; to tenants only
    /// what the saga itself wants there.
    #[schema(value_type = Option<Object>, required, example = json!({ "write": "snapshot_droplet", "id": 3_164_444, "name": "arcadia-snap-3164444-0d9f86a2" }))]
    pub write: Option<Value>,
    /// Whether that write undoes; null where it is about none.
    #[schema(required)]
    pub undoes: Option<bool>,
    /// What became of it: `applied`, `lost`, `target_missing` or `refused`.
    #[schema(required, example = "applied")]
    pub write_outcome: Option<&'static str>,
    /// What was there before the step's first write, with that write's `intended` entry.
    #[schema(value_type = Option<Object>, required)]
    pub pre_image: Option<Value>,
    /// Names the write: all its entries bear it.
    #[schema(required)]
    pub op_hash: Option<String>,
    /// The hash of the entry before it; empty for the first.
    #[schema(required)]
    pub prev: Option<String>,
    /// Its own hash: the SHA-256 of `entry` as it is stored, without this field.
    #[schema(required)]
    pub hash: Option<String>,
    /// The entry as it is stored: folding all of a saga's gives its state.
    #[schema(value_type = Option<Object>, required)]
    pub entry: Option<Value>,
}

/// Who made a change.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Actor)]
pub struct ActorView {
    /// `worker` or `person`.
    #[serde(rename = "type")]
    #[schema(pattern = "^(worker|person)$", example = "worker")]
    pub kind: &'static str,
    /// The worker's request, or the subject of the person's token.
    #[schema(required)]
    pub id: Option<String>,
    /// The number of the worker's lease.
    #[schema(required, example = 2)]
    pub fence: Option<u64>,
}

impl LedgerEntryView {
    /// An entry of a saga of this definition, as far as the caller is told of it.
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
            write: write.and_then(|write| if is_full { Some(write.sent) } else { write.wanted() }),
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

/// The write that an entry is about.
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
        // A write is plain data with text keys.
        Some(Self { sent: serde_json::to_value(write).unwrap_or_default(), deletes: write.deletes(), undoes, outcome })
    }

    /// It without what was there before the saga: undoing puts that back, and deleting takes it away.
    fn wanted(mut self) -> Option<Value> {
        if self.deletes {
            self.sent.as_object_mut()?.remove("record");
        }
        (!self.undoes).then_some(self.sent)
    }
}

fn outcome_name(outcome: &WriteOutcome) -> &'static str {
    match outcome {
        WriteOutcome::Applied(_) => "applied",
        WriteOutcome::Lost => "lost",
        WriteOutcome::TargetMissing => "target_missing",
        WriteOutcome::Refused(_) => "refused",
    }
}
