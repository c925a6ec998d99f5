#![doc = include_str!("../README.md")]

mod account;
pub mod billing;
mod clock;
mod coverage;
mod error_chain;
mod event;
mod expected;
mod ids;
mod interval;
mod kind;
mod money;
mod project;
mod resource;
mod scope;
mod sweep;
mod tenancy;
mod token_text;

pub use account::{Account, AccountStatus};
pub use clock::{Clock, ManualClock, SystemClock, to_millis};
pub use coverage::Coverage;
pub use error_chain::error_chain;
pub use event::{Cause, CauseType, Change, EventType, ResourceEvent};
pub use expected::{Expected, ExpectedChange};
pub use ids::{AccountId, InvalidId, InvoiceUuid, ProjectId, ProviderId, RunId, TenantId, is_slug};
pub use interval::{Interval, at as interval_at, begin as begin_interval};
pub use kind::Kind;
pub use money::{Currency, Money};
pub use project::{Project, ProjectFacts};
pub use resource::{Attribution, Parent, Resource, ResourceFacts, ResourceKey, Strikes};
pub use scope::Scope;
pub use sweep::{ChangeCounts, Hold, HoldConfirmation, Receipt, ScanProgress, SweepStatus, SyncState};
pub use tenancy::TenancyConflict;
pub use token_text::{contains_token, without_tokens};
