//! The records of a zone.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records>

use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

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
    pub priority: Option<u32>,
    /// Port of an SRV record.
    pub port: Option<u32>,
    /// Time to live, in seconds.
    pub ttl: Option<u32>,
    /// Weight of an SRV record.
    pub weight: Option<u32>,
    /// Flags of a CAA record.
    pub flags: Option<u32>,
    /// Tag of a CAA record: `issue`, `issuewild` or `iodef`.
    pub tag: Option<String>,
}

list_item!(DomainRecord by id: u64);
