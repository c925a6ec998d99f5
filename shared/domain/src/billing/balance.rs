//! The balance of an account at one moment.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AccountId, Money};

/// The balance of an account at one moment, as DigitalOcean reports it: the live accrual of the
/// running month.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing/operation/balance_get>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceSnapshot {
    /// The account that owes the balance.
    pub account: AccountId,
    /// The time of the request to DigitalOcean.
    pub at: DateTime<Utc>,
    /// The time at which DigitalOcean calculated the balance, which may be long before the request.
    pub generated_at: DateTime<Utc>,
    /// The total amount owed: the account balance plus the usage of the month.
    pub month_to_date_balance: Money,
    /// The amount owed for earlier months; negative if there is credit left.
    pub account_balance: Money,
    /// The usage of the running month.
    pub month_to_date_usage: Money,
}
