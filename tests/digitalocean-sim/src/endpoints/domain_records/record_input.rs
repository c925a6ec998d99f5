//! The body of a record write, and its conversion to the stored form: a host name is sent with a
//! dot at its end and shown without one.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::endpoints::objects::record::TTL;
use crate::error::ApiError;
use crate::model::kind::spec;

/// Shortest time to live that DO accepts, in seconds (lego and certbot send it).
const SHORTEST_TTL: u32 = 30;

/// The tags of CAA records (OpenAPI `schemas/domain_record`).
const CAA_TAGS: [&str; 3] = ["issue", "issuewild", "iodef"];

/// The fields that a client sends. Fields of other record types and unknown fields are accepted and
/// ignored.
#[derive(Debug, Default, Deserialize)]
pub(super) struct RecordInput {
    #[serde(rename = "type")]
    record_type: Option<String>,
    name: Option<String>,
    data: Option<String>,
    priority: Option<u16>,
    port: Option<u16>,
    ttl: Option<u32>,
    weight: Option<u16>,
    flags: Option<u8>,
    tag: Option<String>,
}

impl RecordInput {
    pub(super) fn read(body: Value) -> Result<Self, ApiError> {
        spec(body).map_err(ApiError::unprocessable)
    }

    /// Merges a change over the stored record, so that a change keeps the fields that are not sent,
    /// such as the time to live (digitalocean/doctl#1021). The merged record is validated again. A
    /// stored host name has no dot at its end, which a write requires, so a change that does not
    /// send `data` is refused (digitalocean/doctl#919).
    pub(super) fn merged_over(self, kept: Self) -> Result<Self, ApiError> {
        let is_other = |sent: &String| kept.record_type.as_ref() != Some(sent);
        if self.record_type.as_ref().is_some_and(is_other) {
            // No known client changes the type: Terraform's provider and octodns-digitalocean
            // create a new record instead. DO's answer is not recorded.
            return Err(ApiError::unprocessable("The type of a record cannot be changed."));
        }
        Ok(Self {
            record_type: kept.record_type,
            name: self.name.or(kept.name),
            data: self.data.or(kept.data),
            priority: self.priority.or(kept.priority),
            port: self.port.or(kept.port),
            ttl: self.ttl.or(kept.ttl),
            weight: self.weight.or(kept.weight),
            flags: self.flags.or(kept.flags),
            tag: self.tag.or(kept.tag),
        })
    }

    /// Validates the input and returns the seed form of the record. Fields that the record's type
    /// does not have are null (OpenAPI `responses/created_domain_record`). Fields that it has are
    /// required (OpenAPI `schemas/domain_record_mx` and so on; no NS record has flags and a tag,
    /// though its schema says so). DO's message for a missing field is not recorded.
    pub(super) fn checked(self, domain: &str) -> Result<Value, ApiError> {
        let record_type = required(self.record_type, "type")?;
        // SOA records are created with their domain and cannot be created by a client.
        if !["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"].contains(&record_type.as_str()) {
            return Err(ApiError::unprocessable(format!(
                "Records of the type {record_type} cannot be created or changed."
            )));
        }
        // MX and NS records mostly belong to the domain itself, so they need no name
        // (digitalocean/api-v2#130).
        let name = match self.name {
            None if record_type == "MX" || record_type == "NS" => "@".to_owned(),
            name => relative(&required(name, "name")?, domain)?,
        };
        let is_caa = record_type == "CAA";
        let (is_srv, has_priority) = (record_type == "SRV", record_type == "SRV" || record_type == "MX");
        let tag = is_caa.then(|| required(self.tag, "tag")).transpose()?;
        if tag.as_deref().is_some_and(|tag| !CAA_TAGS.contains(&tag)) {
            return Err(ApiError::unprocessable(format!("The tag must be one of {}.", CAA_TAGS.join(", "))));
        }
        let ttl = self.ttl.unwrap_or(TTL);
        if ttl < SHORTEST_TTL {
            // Source of the message: Pelado-Nerdworks/peladonerd#44.
            return Err(ApiError::unprocessable("record ttl must be greater than 30"));
        }
        Ok(json!({
            "domain": domain,
            "data": data(&required(self.data, "data")?, &record_type, tag.as_deref(), domain)?,
            "type": record_type,
            "name": name,
            "ttl": ttl,
            "priority": has_priority.then(|| required(self.priority, "priority")).transpose()?,
            "port": is_srv.then(|| required(self.port, "port")).transpose()?,
            "weight": is_srv.then(|| required(self.weight, "weight")).transpose()?,
            "flags": is_caa.then(|| required(self.flags, "flags")).transpose()?,
            "tag": tag,
        }))
    }
}

fn required<T>(field: Option<T>, name: &str) -> Result<T, ApiError> {
    field.ok_or_else(|| ApiError::unprocessable(format!("{name} is required")))
}

/// Returns a name relative to the domain. A name that ends with a dot is a full name (lego and
/// Terraform's acceptance tests send such names). A name without a dot is always relative to the
/// domain, even if it contains the domain (`ConstructFqdn` of Terraform's provider).
fn relative(name: &str, domain: &str) -> Result<String, ApiError> {
    let name = name.to_ascii_lowercase();
    let Some(full) = name.strip_suffix('.') else {
        return Ok(if name.is_empty() { "@".to_owned() } else { name });
    };
    let within = full.strip_suffix(domain).and_then(|rest| match rest {
        "" => Some("@"),
        rest => rest.strip_suffix('.'),
    });
    within.map(ToOwned::to_owned).ok_or_else(|| ApiError::unprocessable(format!("{name} is not in {domain}.")))
}

/// Returns the data as DO shows it. All data except that of TXT records is in lower case (comment
/// in ansible-collections/community.digitalocean, `digital_ocean_domain_record.py`).
fn data(sent: &str, record_type: &str, tag: Option<&str>, domain: &str) -> Result<String, ApiError> {
    let invalid = |what: &str| Err(ApiError::unprocessable(format!("Data is not {what}.")));
    let lower = sent.to_ascii_lowercase();
    match record_type {
        // DO accepts neither an empty text nor a backslash (DNSControl,
        // `providers/digitalocean/auditrecords.go`).
        "TXT" if sent.is_empty() || sent.contains('\\') => invalid("a text without backslashes"),
        "TXT" => Ok(sent.to_owned()),
        "A" if lower.parse::<Ipv4Addr>().is_err() => invalid("an IPv4 address"),
        "AAAA" if lower.parse::<Ipv6Addr>().is_err() => invalid("an IPv6 address"),
        // A URL gets no dot at its end (digitalocean/terraform-provider-digitalocean#421).
        "A" | "AAAA" => Ok(lower),
        "CAA" if tag == Some("iodef") => Ok(lower),
        _ => host(&lower, record_type, domain),
    }
}

/// Converts a host name, which is sent with a dot at its end (digitalocean/doctl#919; for CAA
/// records octodns/octodns#692) and shown without one. The domain itself is shown as `@` (`toRc` of
/// the provider in `DNSControl`), and may be sent in that form. "No host" is a single dot in both
/// directions.
fn host(sent: &str, record_type: &str, domain: &str) -> Result<String, ApiError> {
    match sent.strip_suffix('.') {
        None if sent == "@" => Ok(sent.to_owned()),
        None => Err(ApiError::unprocessable("Data needs to end with a dot (.)")),
        Some("") => Ok(".".to_owned()),
        Some(host) if host == domain && record_type != "CAA" => Ok("@".to_owned()),
        Some(host) => Ok(host.to_owned()),
    }
}
