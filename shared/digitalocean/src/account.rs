//! The account behind a token.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Account>

use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::{Client, Error};

static GET: Operation = Operation::get("/v2/account", "account:read");

/// The API calls for the account, from [`Client::account`].
#[derive(Clone, Copy, Debug)]
pub struct Accounts<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for the account that the token belongs to.
    #[must_use]
    pub fn account(&self) -> Accounts<'_> {
        Accounts { client: self }
    }
}

impl Accounts<'_> {
    /// Reads the account: `GET /v2/account`, scope `account:read`. This is the cheapest call that
    /// proves a token valid.
    ///
    /// # Errors
    /// Any [`Error`] of a call; [`Error::Unauthorized`] when the token is not valid.
    pub async fn get(&self) -> Result<Account, Error> {
        self.client.get_one(&GET, &[], "account").await
    }
}

/// A DigitalOcean account, to which a token belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Id of the account, a UUID.
    pub uuid: String,
    /// E-mail address of the account's owner.
    #[serde(default, deserialize_with = "null_as_default")]
    pub email: String,
    /// Name of the account's owner; `None` when DigitalOcean does not send it.
    #[serde(default)]
    pub name: Option<String>,
    /// True once the owner has confirmed the e-mail address.
    #[serde(default)]
    pub email_verified: bool,
    /// State of the account, which says whether it may be used.
    pub status: AccountStatus,
    /// Reason for the status; usually empty.
    #[serde(default, deserialize_with = "null_as_default")]
    pub status_message: String,
    /// Largest number of droplets that may exist at a time.
    #[serde(default)]
    pub droplet_limit: Option<u64>,
    /// Largest number of floating (reserved) IPs that may exist at a time.
    #[serde(default)]
    pub floating_ip_limit: Option<u64>,
    /// The team the token belongs to.
    #[serde(default)]
    pub team: Option<Team>,
}

/// The team of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Id of the team, a UUID.
    pub uuid: String,
    /// Name of the team; empty when DigitalOcean does not send it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
}

open_enum! {
    /// State of an account, which says whether it may be used.
    AccountStatus {
        /// The account is in good standing.
        Active = "active",
        /// Something needs the owner's attention; `status_message` says what.
        Warning = "warning",
        /// The account is locked: changes are refused, and its droplets may be powered off.
        Locked = "locked",
    }
}
