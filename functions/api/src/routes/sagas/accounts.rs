//! The account that a saga works in.

use domain::{Account, AccountId, AccountStatus};

use crate::problem::{ApiProblem, ValidationError};
use crate::routes::listing::SLUG;

/// The account that a saga works in, as far as its request says so.
#[derive(Debug)]
pub(super) enum RequestedAccount {
    /// This one.
    Named(AccountId),
    /// The only one that there is.
    Only,
}

impl RequestedAccount {
    /// As a request says it, or what is wrong with that.
    pub(super) fn of(slug: Option<&str>) -> Result<Self, ValidationError> {
        let Some(slug) = slug else { return Ok(Self::Only) };
        let wrong = || ValidationError { pointer: "#/account".to_owned(), detail: format!("expected {SLUG}") };
        AccountId::new(slug).map(Self::Named).map_err(|_| wrong())
    }

    /// The account, among those that are registered, unless it is paused.
    pub(super) fn resolve(self, registered: Vec<Account>) -> Result<AccountId, ApiProblem> {
        let account = match self {
            Self::Named(id) => {
                registered.into_iter().find(|account| account.account == id).ok_or(ApiProblem::not_found())?
            }
            Self::Only => {
                let mut registered = registered.into_iter();
                match (registered.next(), registered.next()) {
                    (Some(only), None) => only,
                    (Some(_), Some(_)) => return Err(account_error("is required: there are several accounts")),
                    (None, _) => return Err(account_error("no account is registered; POST /accounts registers one")),
                }
            }
        };
        match account.status {
            AccountStatus::Enabled => Ok(account.account),
            AccountStatus::Paused => Err(ApiProblem::conflict(
                "account-paused",
                "The account is paused. Resume it first: PATCH /accounts/{account}.",
            )),
        }
    }
}

fn account_error(detail: &str) -> ApiProblem {
    ApiProblem::unprocessable(vec![ValidationError { pointer: "#/account".to_owned(), detail: detail.to_owned() }])
}
