//! SSH keys of the account (OpenAPI `schemas/sshKeys`).

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::{Call, LinkStyle, Reply};
use crate::error::ApiError;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "ssh_keys",
    single: "ssh_key",
    id: "id",
    urn: None,
    read_scope: "ssh_key:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/account/keys",
            access: Access::List,
            scopes: &[&["ssh_key:read"]],
            handler: |call| Ok(call.list(&KIND, LinkStyle::Usual, |_| true)),
        },
        Route {
            method: Method::GET,
            path: "/v2/account/keys/{ssh_key_identifier}",
            access: Access::Object,
            scopes: &[&["ssh_key:read"]],
            handler: show,
        },
    ],
};

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default)]
    id: Option<u64>,
    name: String,
    #[serde(default)]
    fingerprint: Option<String>,
    #[serde(default)]
    public_key: Option<String>,
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let key: Spec = spec(value)?;
    let id = context.numeric_id(key.id);
    Ok(json!({
        "id": id,
        "name": key.name,
        "fingerprint": key.fingerprint.unwrap_or_else(|| fingerprint(id)),
        "public_key": key.public_key.unwrap_or_else(|| format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5{id} example")),
    })
    .into())
}

/// A fingerprint of sixteen bytes separated by colons, as SSH shows an MD5 digest. Every id has a
/// different one.
fn fingerprint(id: u64) -> String {
    let bytes: Vec<String> = u128::from(id).to_be_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(":")
}

/// Shows a key. "Either the ID or the fingerprint of an existing SSH key"
/// (`specification/resources/sshKeys/parameters.yml`) identifies it.
fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let key = call.param(0);
    let by_fingerprint = call.account.objects(&KIND).find(|own| own["fingerprint"] == *key).map(|own| KIND.id_of(own));
    call.show(&KIND, &by_fingerprint.unwrap_or_else(|| key.to_owned()), StatusCode::OK)
}
