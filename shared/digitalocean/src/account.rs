//! The account behind a token.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Account>

use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;

area! {
    /// The API calls for the account.
    account: Accounts;

    /// Reads the account that the token belongs to. This is the cheapest call that proves a token
    /// valid: [`Error::Unauthorized`](crate::Error::Unauthorized) says that it is not.
    get() -> Account = GET "/v2/account", "account:read", "account";
}

/// A DigitalOcean account, to which a token belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Id of the account, a UUID.
    pub uuid: String,
    /// Name of the account's owner; `None` when DigitalOcean does not send it.
    pub name: Option<String>,
    /// State of the account, which says whether it may be used.
    pub status: AccountStatus,
    /// Largest number of droplets that may exist at a time.
    pub droplet_limit: Option<u64>,
    /// The team the token belongs to.
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
        /// Something needs the owner's attention.
        Warning = "warning",
        /// The account is locked: changes are refused, and its droplets may be powered off.
        Locked = "locked",
    }
}
