//! Domains, that is DNS zones. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domains>

use serde::{Deserialize, Serialize};

use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

mod records;

pub use records::{DomainRecord, DomainRecordRequest};

static LIST: Operation = Operation::get("/v2/domains", "domain:read");
static GET: Operation = Operation::get("/v2/domains/{}", "domain:read");

/// Calls on domains.
#[derive(Clone, Copy, Debug)]
pub struct Domains<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on domains.
    #[must_use]
    pub fn domains(&self) -> Domains<'_> {
        Domains { client: self }
    }
}

impl Domains<'_> {
    /// `GET /v2/domains`, scope `domain:read`: every zone of the account.
    pub fn list(&self) -> Pages<Domain> {
        Pages::new(self.client, &LIST, &[], "domains")
    }

    /// `GET /v2/domains/{name}`, scope `domain:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the account has no such zone; any [`Error`] of a call.
    pub async fn get(&self, name: &str) -> Result<Domain, Error> {
        self.client.get_one(&GET, &[name], "domain").await
    }
}

/// A DNS zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// The zone's name, which is its id: unique in all of DigitalOcean, free for others once deleted.
    pub name: String,
    /// Default time to live of its records, in seconds; `None` while the zone is being made.
    #[serde(default)]
    pub ttl: Option<u32>,
    /// The zone as a BIND file (TXT values unquoted); `None` while the zone is being made.
    #[serde(default)]
    pub zone_file: Option<String>,
}

impl ListItem for Domain {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }
}
