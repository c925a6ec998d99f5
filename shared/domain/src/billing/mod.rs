//! Billing: what DigitalOcean charged, and whom each cent belongs to.
//!
//! Amounts are exact decimals ([`crate::Money`]), negative where DigitalOcean gives back. Which lines an invoice has,
//! and whether its sums agree, is worked out in the `billing` crate; here is only what the other crates agree on.

mod balance;
mod charge;
mod cost_kind;
mod cost_line;
mod history;
mod invoice;
mod match_outcome;
mod period;
mod tie_out;

pub use balance::BalanceSnapshot;
pub use charge::{Charge, Span};
pub use cost_kind::CostKind;
pub use cost_line::{CostLine, ItemId};
pub use history::{EntryType, HistoryEntry};
pub use invoice::{Invoice, InvoiceStatus, LineSet, MatchCounts, StagedRevision};
pub use match_outcome::{Confidence, Existence, Match, MatchMethod, MatchOutcome, MatchedResource, UnmatchedReason};
pub use period::Period;
pub use tie_out::{AmountSource, Difference, TieOut, TieOutStatus};
