//! The account behind a token. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Account>

use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::{Client, Error};

static GET: Operation = Operation::get("/v2/account", "account:read");

/// Calls on the account.
#[derive(Clone, Copy, Debug)]
pub struct Accounts<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on the account behind the token.
    #[must_use]
    pub fn account(&self) -> Accounts<'_> {
        Accounts { client: self }
    }
}

impl Accounts<'_> {
    /// `GET /v2/account`, scope `account:read`: the cheapest proof that a token is valid.
    ///
    /// # Errors
    /// Any [`Error`] of a call; [`Error::Unauthorized`] when the token is not valid.
    pub async fn get(&self) -> Result<Account, Error> {
        self.client.get_one(&GET, &[], "account").await
    }
}

/// An account, in DigitalOcean's terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account's id.
    pub uuid: String,
    /// The owner's e-mail address.
    #[serde(default, deserialize_with = "null_as_default")]
    pub email: String,
    /// The owner's name.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether the address is confirmed.
    #[serde(default)]
    pub email_verified: bool,
    /// Whether the account may be used.
    pub status: AccountStatus,
    /// Why the status is what it is; empty as a rule.
    #[serde(default, deserialize_with = "null_as_default")]
    pub status_message: String,
    /// How many droplets may exist at a time.
    #[serde(default)]
    pub droplet_limit: Option<u64>,
    /// How many floating (reserved) IPs may exist at a time.
    #[serde(default)]
    pub floating_ip_limit: Option<u64>,
    /// The team the token belongs to.
    #[serde(default)]
    pub team: Option<Team>,
}

/// The team of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// The team's id.
    pub uuid: String,
    /// The team's name.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
}

open_enum! {
    /// Whether an account may be used.
    AccountStatus {
        /// In good standing.
        Active = "active",
        /// Something needs the owner's attention, see `status_message`.
        Warning = "warning",
        /// Locked: no changes, and its droplets may be off.
        Locked = "locked",
    }
}
