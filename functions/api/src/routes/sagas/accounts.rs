//! Selects the account of a saga.

use domain::{Account, AccountId, AccountStatus};

use crate::http::problem::{ApiProblem, ValidationError};
use crate::routes::listing::SLUG;

/// The account that a request to start a saga names.
#[derive(Debug)]
pub(super) enum RequestedAccount {
    /// The account with this slug.
    Named(AccountId),
    /// The only registered account, as the request names none.
    Only,
}

impl RequestedAccount {
    /// Parses the request's account; the error points to the field.
    pub(super) fn of(slug: Option<&str>) -> Result<Self, ValidationError> {
        let Some(slug) = slug else { return Ok(Self::Only) };
        let wrong = || ValidationError { pointer: "#/account".to_owned(), detail: format!("expected {SLUG}") };
        AccountId::new(slug).map(Self::Named).map_err(|_| wrong())
    }

    /// Selects the account among the registered ones; 404 if it is not registered, 409 if it is
    /// paused, 422 if a slug is required.
    pub(super) fn resolve(self, registered: Vec<Account>) -> Result<AccountId, ApiProblem> {
        let account = match self {
            Self::Named(id) => {
                registered.into_iter().find(|account| account.account == id).ok_or(ApiProblem::not_found())?
            }
            Self::Only => {
                let mut registered = registered.into_iter();
                match (registered.next(), registered.next()) {
                    (Some(only), None) => only,
                    (Some(_), Some(_)) => {
                        return Err(account_error("expected an account, because several are registered"));
                    }
                    (None, _) => {
                        return Err(account_error("expected a registered account; POST /accounts registers one"));
                    }
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
    ApiProblem::unprocessable(vec![ValidationError::new("#/account", detail.to_owned())])
}
