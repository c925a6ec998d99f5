//! Endpoint `GET /v2/account` (OpenAPI `schemas/account`).

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::model::profile::Profile;
use crate::route::{Access, Family, Route};

pub(crate) static FAMILY: Family = Family {
    kind: None,
    routes: &[Route {
        method: Method::GET,
        path: "/v2/account",
        access: Access::Other,
        scopes: &[&["account:read"]],
        handler: show,
    }],
};

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut account = shape(&call.account.profile);
    // The contract requires both limits and says that each needs a scope. DO does not document the
    // value without the scope; the simulator shows 0.
    for (field, scope) in [("droplet_limit", "droplet:read"), ("floating_ip_limit", "reserved_ip:read")] {
        if !call.token.may(scope) {
            account[field] = json!(0);
        }
    }
    Ok(Reply::Json(StatusCode::OK, json!({ "account": account })))
}

fn shape(profile: &Profile) -> Value {
    json!({
        "droplet_limit": profile.droplet_limit,
        "floating_ip_limit": profile.floating_ip_limit,
        "email": profile.email,
        "name": profile.name,
        "uuid": profile.uuid,
        "email_verified": profile.email_verified,
        "status": profile.status,
        "status_message": profile.status_message,
        "team": { "uuid": profile.team_uuid, "name": profile.team_name },
    })
}
