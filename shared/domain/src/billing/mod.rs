//! Billing: the charges of DigitalOcean, and the owner of each cent.
//!
//! Amounts are exact decimals ([`crate::Money`]), negative where DigitalOcean gives money back. The
//! `billing` crate works out which lines an invoice has and whether its sums agree. This module
//! only has the types that the other crates share.

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
