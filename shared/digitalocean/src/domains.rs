//! Domains, that is DNS zones.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domains>

use serde::{Deserialize, Serialize};

use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

mod records;

pub use records::{DomainRecord, DomainRecordRequest};

static LIST: Operation = Operation::get("/v2/domains", "domain:read");
static GET: Operation = Operation::get("/v2/domains/{}", "domain:read");

/// The API calls for domains, from [`Client::domains`].
#[derive(Clone, Copy, Debug)]
pub struct Domains<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for domains.
    #[must_use]
    pub fn domains(&self) -> Domains<'_> {
        Domains { client: self }
    }
}

impl Domains<'_> {
    /// Lists every DNS zone of the account: `GET /v2/domains`, scope `domain:read`.
    pub fn list(&self) -> Pages<Domain> {
        Pages::new(self.client, &LIST, &[], "domains")
    }

    /// Reads one zone: `GET /v2/domains/{name}`, scope `domain:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the account has no such zone; any [`Error`] of a call.
    pub async fn get(&self, name: &str) -> Result<Domain, Error> {
        self.client.get_one(&GET, &[name], "domain").await
    }
}

/// A DNS zone of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// Name of the zone, which is also its id: unique across all of DigitalOcean, and available to
    /// other accounts once deleted.
    pub name: String,
    /// Default time to live of the zone's records, in seconds; `None` while the zone is being
    /// created.
    #[serde(default)]
    pub ttl: Option<u32>,
    /// Content of the zone as a BIND file (TXT values unquoted); `None` while the zone is being
    /// created.
    #[serde(default)]
    pub zone_file: Option<String>,
}

impl ListItem for Domain {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }
}
