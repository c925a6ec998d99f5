//! TLS certificates (OpenAPI `schemas/certificate`).

use chrono::{DateTime, TimeDelta, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::{Call, LinkStyle, Reply};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "certificates",
    single: "certificate",
    id: "id",
    urn: None,
    read_scope: "certificate:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/certificates",
            access: Access::List,
            scopes: &[&["certificate:read"]],
            handler: list,
        },
        Route {
            method: Method::GET,
            path: "/v2/certificates/{certificate_id}",
            access: Access::Object,
            scopes: &[&["certificate:read"]],
            handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
        },
    ],
};

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

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
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

/// Lists the certificates, filtered by name if the query has one (OpenAPI
/// `parameters/certificate_name`; the default is empty).
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = call.request.query.get("name").filter(|name| !name.is_empty()).cloned();
    Ok(call.list(&KIND, LinkStyle::Usual, |certificate| name.as_ref().is_none_or(|name| certificate["name"] == **name)))
}
