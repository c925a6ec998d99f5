//! What the account owes at one moment.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AccountId, Money};

/// The balance of an account as DigitalOcean gave it once: the live accrual of the running month.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing/operation/balance_get>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceSnapshot {
    /// The account.
    pub account: AccountId,
    /// When we asked.
    pub at: DateTime<Utc>,
    /// When DigitalOcean worked it out, which may be long before.
    pub generated_at: DateTime<Utc>,
    /// What is owed: the account balance and the usage of the month together.
    pub month_to_date_balance: Money,
    /// What is owed of earlier months; negative where credit is left.
    pub account_balance: Money,
    /// What was used this month.
    pub month_to_date_usage: Money,
}
