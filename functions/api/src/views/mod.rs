//! The shapes of answers. Names are fixed; fields may be added.

mod account;
mod event;
mod finding;
mod hold;
mod list;
mod price;
mod project;
mod resource;
mod summary;
mod sync;

pub use account::AccountView;
pub use event::{CauseView, ChangeView, EventView};
pub use finding::{FindingList, FindingView, SkippedView};
pub use hold::{ConfirmedView, HeldView};
pub use list::{List, page_of};
pub use price::Price;
pub use project::{ProjectView, TenancyView};
pub use resource::{Reason, ResourceView, UnattributedView};
pub use summary::{SummaryRowView, SummaryTotalsView, SummaryView};
pub use sync::{ChangesView, RoundView, RunView, SyncView};
