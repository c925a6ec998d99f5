//! The routes of billing.

mod accrual;
pub(crate) mod bills;
mod completeness;
mod cost_lines;
mod lists;
mod rematch;
mod sums;
