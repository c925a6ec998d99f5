//! Parameters that several billing routes share.

use chrono::NaiveDate;
use domain::billing::Period;
use domain::{AccountId, InvoiceUuid};
use inventory::Freshness;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::IntoParams;

use crate::AppState;
use crate::http::caller::{Admin, Caller};
use crate::http::parameters::parsed;
use crate::http::problem::ApiProblem;
use crate::routes::listing::covered_accounts;

/// The filter by account.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct AccountQuery {
    /// Account of the items; all accounts if left out.
    #[param(value_type = Option<String>)]
    pub(super) account: Option<AccountId>,
}

/// The filters by month and account.
#[derive(Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct PeriodQuery {
    /// Month of the items: `2026-04`, or any day of the month; all months if left out.
    #[param(value_type = Option<String>, example = "2026-04")]
    #[serde(default, deserialize_with = "optional_month")]
    pub(super) period: Option<Period>,
    /// Account of the items; all accounts if left out.
    #[param(value_type = Option<String>)]
    pub(super) account: Option<AccountId>,
}

/// The invoice that a path names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(in crate::routes) struct InvoicePath {
    /// DigitalOcean's id of the invoice.
    #[param(value_type = String)]
    pub(super) uuid: InvoiceUuid,
}

/// Reads a month, or a day as its month.
pub(super) fn required_month<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
    parsed(deserializer, "a month such as 2026-04, or any day of it such as 2026-04-12", month)
}

pub(super) fn optional_month<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Period>, D::Error> {
    required_month(deserializer).map(Some)
}

/// Parses a month such as `2026-04`, or a day such as `2026-04-12` as its month.
fn month(text: &str) -> Option<Period> {
    if let Some((month, _)) = text.get(.."2026-04".len()).zip(text.get("2026-04-12".len()..))
        && text.len() == "2026-04-12".len()
    {
        text.parse::<NaiveDate>().ok()?;
        return Period::new(month).ok();
    }
    Period::new(text).ok()
}

/// Returns the accounts that a response covers, sorted, and their freshness.
pub(super) async fn accounts(
    state: &AppState,
    admin: &Admin,
    account: Option<&AccountId>,
) -> Result<(Vec<AccountId>, Freshness), ApiProblem> {
    let caller = Caller::Admin(admin.clone());
    let mut accounts = covered_accounts(state, &caller, account, None).await?;
    accounts.sort();
    let freshness = Freshness::new(state.reader(&caller).sync_states(&accounts).await?);
    Ok((accounts, freshness))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_its_month() {
        for (text, expected) in [
            ("2026-04", Some("2026-04")),
            ("2026-04-01", Some("2026-04")),
            ("2028-02-29", Some("2028-02")),
            ("2026-02-29", None),
            ("2026-04-1", None),
            ("2026-13", None),
            ("+2026-04-1", None),
            (" 2026-04-1", None),
            ("2026-4-012", None),
            ("2026", None),
            ("", None),
            ("20é6-04-12", None),
        ] {
            assert_eq!(month(text).map(|month| month.to_string()).as_deref(), expected, "{text}");
        }
    }
}
