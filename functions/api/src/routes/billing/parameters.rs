//! Parameters that several billing routes share.

use chrono::NaiveDate;
use domain::billing::Period;
use domain::{AccountId, InvoiceUuid};
use inventory::Freshness;
use serde::Serialize;
use utoipa::IntoParams;

use crate::AppState;
use crate::http::caller::{Admin, Caller};
use crate::http::parameters::{FromParameters, Parameters};
use crate::http::problem::ApiProblem;
use crate::routes::listing::{ID, SLUG, covered_accounts};

/// The description of a month in validation errors.
pub(super) const MONTH: &str = "a month such as 2026-04, or any day of it such as 2026-04-12";

/// The filter by account.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct AccountQuery {
    /// Account of the items; all accounts if left out.
    #[param(value_type = Option<String>)]
    pub(super) account: Option<AccountId>,
}

/// The filters by month and account.
#[derive(Debug, Clone, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct PeriodQuery {
    /// Month of the items: `2026-04`, or any day of the month; all months if left out.
    #[param(value_type = Option<String>, example = "2026-04")]
    pub(super) period: Option<Period>,
    /// Account of the items; all accounts if left out.
    #[param(value_type = Option<String>)]
    pub(super) account: Option<AccountId>,
}

/// The id of an invoice, from the path.
#[derive(Debug)]
pub(in crate::routes) struct InvoicePath(pub(super) InvoiceUuid);

impl FromParameters for AccountQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        Some(Self { account: parameters.parse("account", SLUG, |text| AccountId::new(text).ok()) })
    }
}

impl FromParameters for PeriodQuery {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        let AccountQuery { account } = AccountQuery::read(parameters)?;
        Some(Self { period: parameters.parse("period", MONTH, month), account })
    }
}

impl FromParameters for InvoicePath {
    fn read(parameters: &mut Parameters) -> Option<Self> {
        parameters.required("uuid", ID, |text| InvoiceUuid::new(text).ok()).map(Self)
    }
}

/// Parses a month such as `2026-04`, or a day such as `2026-04-12` as its month.
pub(super) fn month(text: &str) -> Option<Period> {
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
