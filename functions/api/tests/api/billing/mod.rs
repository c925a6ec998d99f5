//! Billing: what is owed, what was billed, and whose each cent of it is.

mod accrual;
pub(crate) mod bills;
mod completeness;
mod cost_lines;
mod lists;
mod rematch;
mod sums;
