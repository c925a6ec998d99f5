//! The values that a saga consists of in the table.
//!
//! The record is one item and one compare-and-set. Every change to its [`SagaState`] is written in
//! one transaction with a ledger entry, and folding the ledger gives that state back byte for byte.
//! [`Scheduling`] is the other part of the record: the lease, and when the saga is due.

mod definition;
mod digest;
mod id;
mod ledger;
mod lock;
mod reference;
mod saga_record;
mod start;
mod state;
mod status;
mod step;
mod stuck;

pub use definition::Definition;
pub use digest::digest;
pub use id::SagaId;
pub use ledger::{Actor, BrokenLedger, EntryKind, LedgerEntry, fold};
pub use lock::{LockCondition, LockTarget};
pub use reference::{is_reference, reference_target, resolve};
pub use saga_record::{SagaMetadata, SagaRecord, Scheduling};
pub use start::{Idempotency, NewSaga, Start};
pub use state::{Cancel, PostCheck, SagaProgress, SagaState};
pub use status::{Phase, SagaStatus};
pub use step::{ApprovalVerdict, Intent, StepSpec, StepState, StepStatus, WriteAttempt, WriteOutcome};
pub use stuck::{Stuck, StuckReason};
