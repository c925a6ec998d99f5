//! The routes of billing: balances, invoices, cost lines with their owners, and reports. Admins
//! only.

pub(super) mod accrual;
pub(super) mod balances;
pub(super) mod cost_lines;
pub(super) mod history;
pub(super) mod invoices;
pub(super) mod match_rate;
mod month;
mod parameters;
pub(super) mod rematch;
pub(super) mod tie_out;
