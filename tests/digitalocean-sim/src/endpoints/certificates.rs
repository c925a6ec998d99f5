//! TLS certificates (OpenAPI `schemas/certificate`).

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::model::kind::{BuildContext, BuiltObject, spec};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default = "Uuid::new_v4")]
    id: Uuid,
    name: String,
    #[serde(default = "lets_encrypt", rename = "type")]
    certificate_type: String,
    #[serde(default)]
    dns_names: Vec<String>,
    #[serde(default = "verified")]
    state: String,
    #[serde(default)]
    sha1_fingerprint: Option<String>,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
    #[serde(default)]
    not_after: Option<DateTime<Utc>>,
}

fn lets_encrypt() -> String {
    "lets_encrypt".to_owned()
}

fn verified() -> String {
    "verified".to_owned()
}

pub(super) fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let certificate: Spec = spec(value)?;
    let created_at = certificate.created_at.unwrap_or(context.now);
    // A SHA-1 fingerprint has 40 hexadecimal digits.
    let fingerprint = || format!("{:0>40}", certificate.id.simple());
    Ok(json!({
        "id": certificate.id,
        "name": certificate.name,
        "type": certificate.certificate_type,
        "dns_names": certificate.dns_names,
        "state": certificate.state,
        "sha1_fingerprint": certificate.sha1_fingerprint.unwrap_or_else(fingerprint),
        "created_at": rfc3339(created_at),
        // Let's Encrypt certificates are valid for 90 days.
        "not_after": rfc3339(certificate.not_after.unwrap_or(created_at + TimeDelta::days(90))),
    })
    .into())
}
