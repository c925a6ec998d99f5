//! The single DynamoDB table: every key format, one file per aggregate.
//!
//! [`Table`] is what workers write through; what a caller of the API may read goes through [`Reader`], which cannot be made without a
//! [`domain::Scope`]. Every write is conditional on the version it was decided on, so that running twice, late or at the same time as
//! another changes nothing twice.

mod accounts;
mod audit;
mod billing;
mod budget;
mod claims;
mod error;
mod events;
mod everything;
mod expected;
mod feed;
mod filter;
pub mod keys;
mod lanes;
mod ownership;
mod partition;
mod projects;
mod reader;
mod resources;
mod rows;
mod sagas;
pub mod schema;
mod summary;
mod table;
mod writes;

pub use accounts::{Registered, Updated};
pub use audit::AuditEntry;
pub use billing::{DraftLines, InvoiceCommitted, InvoiceWrite, LinePage, LinePosition, Replaced, Replacement, Stretch};
pub use budget::{Observed, Priority, Reservation};
pub use error::Error;
pub use everything::Extent;
pub use feed::{FeedFilter, FeedPage, FeedPosition};
pub use filter::ResourceFilter;
pub use lanes::{Acquired, Confirmed, Finish, Lease};
pub use projects::{ProjectCommitted, ProjectWrite};
pub use reader::{EventPage, Page, Position, Reader};
pub use resources::{Committed, Known, ResourceWrite};
pub use sagas::{AuditedSagas, LedgerPage, SagaFilter, SagaPage, SagaPosition};
pub use summary::{SummaryCount, SummaryKey};
pub use table::Table;
