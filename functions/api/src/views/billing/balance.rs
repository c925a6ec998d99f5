//! Balances.

use chrono::{DateTime, Utc};
use domain::billing::BalanceSnapshot;
use serde::Serialize;
use utoipa::ToSchema;

use crate::views::Price;

/// What an account owed at one moment, as DigitalOcean gave it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Balance)]
pub struct BalanceView {
    /// The account.
    #[schema(example = "main")]
    pub account: String,
    /// When we asked.
    pub at: DateTime<Utc>,
    /// When DigitalOcean worked it out, which may be long before.
    pub generated_at: DateTime<Utc>,
    /// What is owed: the account balance and the usage of the month together.
    pub month_to_date_balance: Price,
    /// What is owed of earlier months; negative where credit is left.
    pub account_balance: Price,
    /// What was used this month.
    pub month_to_date_usage: Price,
}

impl From<BalanceSnapshot> for BalanceView {
    fn from(balance: BalanceSnapshot) -> Self {
        let BalanceSnapshot { account, at, generated_at, month_to_date_balance, account_balance, month_to_date_usage } =
            balance;
        Self {
            account: account.into(),
            at,
            generated_at,
            month_to_date_balance: month_to_date_balance.into(),
            account_balance: account_balance.into(),
            month_to_date_usage: month_to_date_usage.into(),
        }
    }
}
