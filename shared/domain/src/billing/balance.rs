//! The balance of an account at one moment.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{AccountId, Money};

/// The balance of an account at one time, as DigitalOcean reported it: the live accrual of the
/// running month.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing/operation/balance_get>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(utoipa::ToSchema),
    schema(as = Balance, description = "The balance of an account at one time, as DigitalOcean reported it.")
)]
pub struct BalanceSnapshot {
    /// Account that owes the balance.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "main"))]
    pub account: AccountId,
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
