//! The records of a zone.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records>

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
    /// Lists every record of a zone: `GET /v2/domains/{name}/records`, scope `domain:read`.
    pub fn records(&self, name: &str) -> Pages<DomainRecord> {
        Pages::new(self.client, &LIST, &[name], "domain_records")
    }

    /// Reads one record of a zone: `GET /v2/domains/{name}/records/{id}`, scope `domain:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the account has no such zone or the zone has no such record; any
    /// [`Error`] of a call.
    pub async fn record(&self, name: &str, id: u64) -> Result<DomainRecord, Error> {
        self.client.get_one(&GET, &[name, &id.to_string()], "domain_record").await
    }

    /// Creates a record: `POST /v2/domains/{name}/records`, scope `domain:create`. The call is
    /// never retried, and DigitalOcean accepts the same record twice. After an error for which
    /// [`Error::may_have_been_applied`] is true, read the zone before trying again.
    ///
    /// # Errors
    /// [`Error::Api`] with 422 when DigitalOcean rejects the record; any [`Error`] of a call.
    pub async fn create_record(&self, name: &str, record: &DomainRecordRequest) -> Result<DomainRecord, Error> {
        self.client.send_one(&CREATE, &[name], record, "domain_record").await
    }

    /// Replaces a record: `PUT /v2/domains/{name}/records/{id}`, scope `domain:update`.
    /// DigitalOcean validates the whole record again, so all fields must be sent.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such record; [`Error::Api`] with 422 when DigitalOcean
    /// rejects the new content; any [`Error`] of a call.
    pub async fn update_record(
        &self,
        name: &str,
        id: u64,
        record: &DomainRecordRequest,
    ) -> Result<DomainRecord, Error> {
        self.client.send_one(&UPDATE, &[name, &id.to_string()], record, "domain_record").await
    }

    /// Deletes a record: `DELETE /v2/domains/{name}/records/{id}`, scope `domain:delete`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such record, which is also the result when the response
    /// to a first attempt was lost; any [`Error`] of a call.
    pub async fn delete_record(&self, name: &str, id: u64) -> Result<(), Error> {
        self.client.send_without_result(&DELETE, &[name, &id.to_string()]).await
    }
}

/// The content of a DNS record that is created or replaced. Fields that the record type does not
/// have are not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DomainRecordRequest {
    /// Type of the record: `A`, `AAAA`, `CAA`, `CNAME`, `MX`, `NS`, `SRV` or `TXT`.
    #[serde(rename = "type")]
    pub record_type: String,
    /// Name within the zone; `@` is the zone itself.
    pub name: String,
    /// Value of the record. A host name must end with a dot, otherwise DigitalOcean takes it as
    /// relative to the zone.
    pub data: String,
    /// Priority of an MX or SRV record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u32>,
    /// Port of an SRV record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u32>,
    /// Time to live in seconds. DigitalOcean applies it to every record of this name and type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// Weight of an SRV record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// Flags of a CAA record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flags: Option<u32>,
    /// Tag of a CAA record: `issue`, `issuewild` or `iodef`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// A DNS record. DigitalOcean sends every field for every record, with `null` where the type does
/// not have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRecord {
    /// Id of the record, unique across all zones; a change of the record keeps it.
    pub id: u64,
    /// Type of the record: `A`, `AAAA`, `CAA`, `CNAME`, `MX`, `NS`, `SOA`, `SRV` or `TXT`.
    #[serde(rename = "type")]
    pub record_type: String,
    /// Name within the zone; `@` is the zone itself.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Value of the record. Host names have no dot at the end, `@` is the zone, and texts are not
    /// quoted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub data: String,
    /// Priority of an MX or SRV record.
    #[serde(default)]
    pub priority: Option<u32>,
    /// Port of an SRV record.
    #[serde(default)]
    pub port: Option<u32>,
    /// Time to live, in seconds.
    #[serde(default)]
    pub ttl: Option<u32>,
    /// Weight of an SRV record.
    #[serde(default)]
    pub weight: Option<u32>,
    /// Flags of a CAA record.
    #[serde(default)]
    pub flags: Option<u32>,
    /// Tag of a CAA record: `issue`, `issuewild` or `iodef`.
    #[serde(default)]
    pub tag: Option<String>,
}

impl ListItem for DomainRecord {
    type Key = u64;

    fn key(&self) -> u64 {
        self.id
    }
}
