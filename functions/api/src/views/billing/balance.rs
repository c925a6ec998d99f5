//! The representation of balances.

use chrono::{DateTime, Utc};
use domain::Money;
use domain::billing::BalanceSnapshot;
use serde::Serialize;
use utoipa::ToSchema;

/// The balance of an account at one time, as DigitalOcean reported it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Balance)]
pub struct BalanceView {
    /// Account that owes the balance.
    #[schema(example = "main")]
    pub account: String,
    /// Time when the worker read the balance.
    pub at: DateTime<Utc>,
    /// Time when DigitalOcean calculated the balance, which may be much earlier.
    pub generated_at: DateTime<Utc>,
    /// Amount owed: the account balance plus the usage of the month.
    pub month_to_date_balance: Money,
    /// Amount owed from earlier months; negative if a credit remains.
    pub account_balance: Money,
    /// Usage of the running month.
    pub month_to_date_usage: Money,
}

impl From<BalanceSnapshot> for BalanceView {
    fn from(balance: BalanceSnapshot) -> Self {
        let BalanceSnapshot { account, at, generated_at, month_to_date_balance, account_balance, month_to_date_usage } =
            balance;
        Self { account: account.into(), at, generated_at, month_to_date_balance, account_balance, month_to_date_usage }
    }
}
