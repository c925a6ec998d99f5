#![doc = include_str!("../README.md")]

mod accounts;
mod audit;
mod billing;
mod budget;
mod claims;
mod error;
mod events;
mod expected;
mod feed;
mod filter;
mod item;
pub mod keys;
mod ownership;
mod partition;
mod projects;
mod reader;
mod resources;
mod retry;
mod sagas;
mod scan;
pub mod schema;
mod summary;
mod sync_state;
mod table;
mod writes;

pub use accounts::{RegisterOutcome, UpdateOutcome};
pub use audit::AuditEntry;
pub use billing::{
    InvoiceCommitOutcome, InvoiceWrite, LinePage, LinePosition, LineSetBuilder, NewRevision, PublishOutcome, RecordPage,
};
pub use budget::{ObservedRateLimit, Priority, Reservation};
pub use error::Error;
pub use feed::{FeedFilter, FeedPage, FeedPosition};
pub use filter::ResourceFilter;
pub use projects::{ProjectCommitOutcome, ProjectWrite};
pub use reader::{EventPage, Page, Reader, ResourcePosition};
pub use resources::{IndexedResource, ResourceCommitOutcome, ResourceWrite};
pub use retry::{MAX_ATTEMPTS, retry_on_conflict};
pub use sagas::{AuditedSagaStore, LedgerPage, SagaFilter, SagaPage, SagaPosition};
pub use scan::Extent;
pub use summary::{SummaryCount, SummaryKey};
pub use sync_state::{ConfirmOutcome, SyncCompletion, SyncLease, SyncLeaseOutcome};
pub use table::Table;
pub use writes::CommitOutcome;
