//! The representation of balances, invoices, cost lines and reports.

mod accrual;
mod cost_line;
mod history;
mod invoice;
mod match_rate;
mod tie_out;

pub use accrual::{AccrualRowView, AccrualTotalsView, AccrualView, AccruedAccountView, DayRateView};
pub use cost_line::{ChargedResourceView, CostLineView};
pub use history::HistoryEntryView;
pub use invoice::{InvoiceView, PreviewedView};
pub use match_rate::MatchRateView;
pub use tie_out::{TieOutList, TieOutRowView};
