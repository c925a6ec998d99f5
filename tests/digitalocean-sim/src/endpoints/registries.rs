//! Container registries (OpenAPI `schemas/registry`): the endpoints for several registries, and the
//! older ones for a single registry.

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::call::{Call, LinkStyle, Reply};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "registries",
    single: "registry",
    id: "name",
    urn: None,
    read_scope: "registry:read",
    scoped_fields: &[],
    build,
    set,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/registries",
            access: Access::List,
            scopes: &[&["registry:read"]],
            handler: |call| Ok(call.list(&KIND, LinkStyle::Unpaged, |_| true)),
        },
        Route {
            method: Method::GET,
            path: "/v2/registries/{registry_name}",
            access: Access::Object,
            scopes: &[&["registry:read"]],
            handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
        },
        Route {
            method: Method::GET,
            path: "/v2/registry",
            access: Access::Object,
            scopes: &[&["registry:read"]],
            handler: show_only,
        },
        Route {
            method: Method::GET,
            path: "/v2/registry/subscription",
            access: Access::Object,
            scopes: &[&["registry:read"]],
            handler: subscription,
        },
    ],
};

/// Columns: slug, name, repositories (0 for any number), MiB of storage and of transfer, price in
/// cents, and price of an additional GiB of storage in cents
/// (<https://docs.digitalocean.com/products/container-registry/details/pricing/>).
const TIERS: &[(&str, &str, u64, u64, u64, u64)] = &[
    ("starter", "Starter", 1, 500, 0, 0),
    ("basic", "Basic", 5, 5 * 1024, 500, 2),
    ("professional", "Professional", 0, 100 * 1024, 2000, 2),
];

const MIB: u64 = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    name: String,
    #[serde(default = "amsterdam")]
    region: String,
    #[serde(default = "basic")]
    tier: String,
    #[serde(default)]
    storage_usage_bytes: u64,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

fn amsterdam() -> String {
    "ams3".to_owned()
}

fn basic() -> String {
    "basic".to_owned()
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let registry: Spec = spec(value)?;
    let created_at = rfc3339(registry.created_at.unwrap_or(context.now));
    Ok(json!({
        "name": registry.name,
        "created_at": created_at,
        "region": registry.region,
        "storage_usage_bytes": registry.storage_usage_bytes,
        "storage_usage_bytes_updated_at": rfc3339(context.now),
        "subscription": { "tier": tier(&registry.tier)?, "created_at": created_at, "updated_at": created_at },
    })
    .into())
}

/// A tier in the form of OpenAPI `schemas/subscription_tier_base`.
fn tier(slug: &str) -> Result<Value, String> {
    let Some((_, name, repositories, size, price, overage)) = TIERS.iter().find(|tier| tier.0 == slug) else {
        return Err(format!("tier: unknown tier `{slug}`"));
    };
    Ok(json!({
        "name": name,
        "slug": slug,
        "included_repositories": repositories,
        "included_storage_bytes": size * MIB,
        "allow_storage_overage": *overage > 0,
        "included_bandwidth_bytes": size * MIB,
        "monthly_price_in_cents": price,
        "storage_overage_price_in_cents": overage,
    }))
}

/// Sets a field. The slug of a tier stands for the subscription's whole tier, as in a seed.
fn set(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    match (field, value.as_str()) {
        ("tier", Some(slug)) => {
            object["subscription"]["tier"] = tier(slug)?;
            Ok(())
        }
        _ => set_known(object, field, value),
    }
}

/// Shows the only registry. Without one the answer is 404, which
/// digitalocean/terraform-provider-digitalocean takes for "gone". With several it is 412 (OpenAPI
/// `responses/registries_precondition_fail`).
fn show_only(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut names = call.account.objects(&KIND).map(|registry| KIND.id_of(registry));
    match (names.next(), names.next()) {
        (None, _) => Err(ApiError::not_found()),
        (Some(name), None) => call.show(&KIND, &name, StatusCode::OK),
        _ => Err(ApiError::precondition_failed(
            "This API is not supported if you have created multiple registries. Please use '/v2/registries/{registry_name}' instead.",
        )),
    }
}

/// Shows the subscription. "A subscription is automatically created when you configure your
/// container registry" (OpenAPI `GET /v2/registry/subscription`). DO does not document the answer
/// without one; the simulator answers 404.
fn subscription(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let registry = call.account.objects(&KIND).next().ok_or_else(ApiError::not_found)?;
    Ok(Reply::Json(StatusCode::OK, json!({ "subscription": registry["subscription"] })))
}
