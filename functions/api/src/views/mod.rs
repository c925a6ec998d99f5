//! The shapes of answers. Names are fixed; fields may be added.

mod account;
mod event;
mod list;
mod price;
mod project;
mod resource;
mod sync;

pub use account::AccountView;
pub use event::{CauseView, ChangeView, EventView};
pub use list::{List, page_of};
pub use price::Price;
pub use project::{ProjectView, TenancyView};
pub use resource::ResourceView;
pub use sync::{ChangesView, HeldView, RunView, SyncView};
