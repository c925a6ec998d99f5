//! The records of a zone. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records>

use serde::{Deserialize, Serialize};

use super::Domains;
use crate::Error;
use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};

static LIST: Operation = Operation::get("/v2/domains/{}/records", "domain:read");
static GET: Operation = Operation::get("/v2/domains/{}/records/{}", "domain:read");
static CREATE: Operation = Operation::post("/v2/domains/{}/records", "domain:create");
static UPDATE: Operation = Operation::put("/v2/domains/{}/records/{}", "domain:update");
static DELETE: Operation = Operation::delete("/v2/domains/{}/records/{}", "domain:delete");

impl Domains<'_> {
    /// `GET /v2/domains/{name}/records`, scope `domain:read`: every record of a zone.
    pub fn records(&self, name: &str) -> Pages<DomainRecord> {
        Pages::new(self.client, &LIST, &[name], "domain_records")
    }

    /// `GET /v2/domains/{name}/records/{id}`, scope `domain:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the account has no such zone or the zone no such record; any [`Error`] of a call.
    pub async fn record(&self, name: &str, id: u64) -> Result<DomainRecord, Error> {
        self.client.get_one(&GET, &[name, &id.to_string()], "domain_record").await
    }

    /// `POST /v2/domains/{name}/records`, scope `domain:create`. Never retried, and DigitalOcean takes the same record twice: after an
    /// error for which [`Error::may_have_been_applied`] holds, read the zone before trying again.
    ///
    /// # Errors
    /// [`Error::Api`] with 422 when it does not take the record; any [`Error`] of a call.
    pub async fn create_record(&self, name: &str, record: &DomainRecordRequest) -> Result<DomainRecord, Error> {
        self.client.send_one(&CREATE, &[name], record, "domain_record").await
    }

    /// `PUT /v2/domains/{name}/records/{id}`, scope `domain:update`. DigitalOcean validates the whole record again, so send it whole.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such record; [`Error::Api`] with 422 when it does not take it; any [`Error`] of a call.
    pub async fn update_record(
        &self,
        name: &str,
        id: u64,
        record: &DomainRecordRequest,
    ) -> Result<DomainRecord, Error> {
        self.client.send_one(&UPDATE, &[name, &id.to_string()], record, "domain_record").await
    }

    /// `DELETE /v2/domains/{name}/records/{id}`, scope `domain:delete`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such record, as after a first attempt whose answer was lost; any [`Error`] of a call.
    pub async fn delete_record(&self, name: &str, id: u64) -> Result<(), Error> {
        self.client.send_without_result(&DELETE, &[name, &id.to_string()]).await
    }
}

/// A DNS record to be made or changed. What its type does not have is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DomainRecordRequest {
    /// `A`, `AAAA`, `CAA`, `CNAME`, `MX`, `NS`, `SRV`, `TXT`.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The name within the zone, `@` for the zone itself.
    pub name: String,
    /// What the name stands for. Host names end with a dot, or DigitalOcean takes them for relative to the zone.
    pub data: String,
    /// Of MX and SRV.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// Of SRV.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
    /// Time to live, in seconds; DigitalOcean gives it to every record of this name and type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// Of SRV.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// Of CAA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flags: Option<u32>,
    /// Of CAA: `issue`, `issuewild` or `iodef`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// A DNS record. DigitalOcean sends every field of every record, `null` where the type does not have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRecord {
    /// The record's id, unique over all zones; it stays when the record changes.
    pub id: u64,
    /// `A`, `AAAA`, `CAA`, `CNAME`, `MX`, `NS`, `SOA`, `SRV`, `TXT`.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The name within the zone, `@` for the zone itself.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// What the name stands for. Host names have no dot at the end, `@` is the zone, texts are not quoted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub data: String,
    /// Of MX and SRV.
    #[serde(default)]
    pub priority: Option<u32>,
    /// Of SRV.
    #[serde(default)]
    pub port: Option<u32>,
    /// Time to live, in seconds.
    #[serde(default)]
    pub ttl: Option<u32>,
    /// Of SRV.
    #[serde(default)]
    pub weight: Option<u32>,
    /// Of CAA.
    #[serde(default)]
    pub flags: Option<u32>,
    /// Of CAA: `issue`, `issuewild` or `iodef`.
    #[serde(default)]
    pub tag: Option<String>,
}

impl ListItem for DomainRecord {
    type Key = u64;

    fn key(&self) -> u64 {
        self.id
    }
}
