//! The types of responses. Names are fixed; fields may be added.

mod account;
mod billing;
mod event;
mod finding;
mod hold;
mod ledger;
mod list;
mod plan;
mod project;
mod resource;
mod saga;
mod saga_step;
mod summary;
mod sync;

pub use account::AccountView;
pub use billing::{
    AccrualRowView, AccrualTotalsView, AccrualView, AccruedAccountView, ChargedResourceView, CostLineView, DayRateView,
    HistoryEntryView, InvoiceView, MatchRateView, PreviewedView, TieOutList, TieOutRowView,
};
pub use event::{CauseView, ChangeView, EventView};
pub use finding::{FindingList, FindingView, SkippedRuleView};
pub use hold::{ConfirmedDeletionsView, HeldDeletionsView};
pub use ledger::{ActorView, LedgerEntryView};
pub use list::{List, page_of};
pub use plan::{PlanView, PlannedChangeView, PlannedStepView, SiblingTtlView};
pub use project::{ProjectView, TenancyView};
pub use resource::ResourceView;
pub use saga::{CancelView, SagaView, StuckView};
pub use saga_step::{SagaStepView, VerdictView};
pub use summary::{SummaryRowView, SummaryTotalsView, SummaryView};
pub use sync::{ChangesView, RunView, ScanProgressView, SyncView};
