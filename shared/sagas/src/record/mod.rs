//! What a saga is in the table: values only.
//!
//! The head is one item and one compare-and-set; a ledger entry rides in the transaction of every change to its [`State`]. Folding the
//! ledger gives that state back byte for byte. [`Drive`] is the rest of the head: who works on the saga and when it is due.

mod digest;
mod head;
mod id;
mod ledger;
mod lock;
mod start;
mod state;
mod step;
mod stuck;

pub use digest::digest;
pub use head::{About, Drive, Head};
pub use id::SagaId;
pub use ledger::{Actor, BrokenLedger, Entry, EntryKind, fold};
pub use lock::{LockTarget, Take};
pub use start::{Idempotency, Request, Start};
pub use state::{Cancel, Core, Late, SagaStatus, State};
pub use step::{Fate, Intent, StepSpec, StepState, StepStatus, Try, Verdict};
pub use stuck::{Stuck, StuckReason};
