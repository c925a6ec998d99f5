//! The ports of the engine, as traits: the table, DigitalOcean, wake-ups, the inventory. The clock
//! is `domain`'s.

mod expectations;
mod notifier;
mod observations;
mod provider;
mod saga_store;
mod transition;

pub(crate) use expectations::DNS_RECORD;
pub use expectations::{Announcement, Expectations};
pub use notifier::Notifier;
pub use observations::Observations;
pub use provider::{Fault, Provider, WriteContext};
pub use saga_store::{
    CommitResult, DueSaga, LeaseRequest, LeaseResult, Reschedule, SagaStore, SagaStoreError, StartResult,
};
pub use transition::{PreImage, Precondition, ScheduleChange, Terminal, Transition};
