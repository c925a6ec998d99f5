//! Images (OpenAPI `schemas/image`): DO's public images, the custom images of an account, and the
//! account's droplet snapshots and backups, which are listed as images too.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::objects::{backup, snapshot};
use crate::call::{Call, LinkStyle, Listing, Reply, envelope};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::model::account::Account;
use crate::model::catalog;
use crate::model::kind::{BuildContext, BuiltObject, Kind, numeric, set_known, spec};
use crate::route::{Access, Family, Route};

/// Custom images. The other images of an account belong to other kinds.
pub(crate) static KIND: Kind = Kind {
    collection: "images",
    single: "image",
    id: "id",
    urn: None,
    read_scope: "image:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/images",
            access: Access::List,
            scopes: &[&["image:read"]],
            handler: list,
        },
        Route {
            method: Method::GET,
            path: "/v2/images/{image_id}",
            access: Access::Object,
            scopes: &[&["image:read"]],
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
    #[serde(default = "unknown")]
    distribution: String,
    #[serde(default)]
    description: String,
    #[serde(default = "amsterdam")]
    regions: Vec<String>,
    #[serde(default)]
    min_disk_size: Option<u64>,
    #[serde(default)]
    size_gigabytes: Option<f64>,
    #[serde(default = "available")]
    status: String,
    #[serde(default)]
    error_message: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    created_at: Option<DateTime<Utc>>,
}

fn unknown() -> String {
    "Unknown".to_owned()
}

fn amsterdam() -> Vec<String> {
    vec!["ams3".to_owned()]
}

fn available() -> String {
    "available".to_owned()
}

fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let image: Spec = spec(value)?;
    Ok(json!({
        "id": context.numeric_id(image.id),
        "name": image.name,
        "distribution": image.distribution,
        "slug": null,
        "public": false,
        "type": "custom",
        "regions": image.regions,
        "created_at": rfc3339(image.created_at.unwrap_or(context.now)),
        "min_disk_size": image.min_disk_size,
        "size_gigabytes": image.size_gigabytes,
        "description": image.description,
        "tags": image.tags,
        "status": image.status,
        "error_message": image.error_message,
    })
    .into())
}

/// The images of an account, as `private=true` lists them (OpenAPI `GET /v2/images`, "User
/// Images").
fn private(account: &Account) -> impl Iterator<Item = Arc<Value>> {
    let of_droplets = |object: &&Arc<Value>| snapshot::droplet_of(object).is_some();
    let snapshots = account.listed(&snapshot::KIND).filter(of_droplets).map(|object| as_image(object, "snapshot"));
    let backups = account.objects(&backup::KIND).map(|object| as_image(object, "backup"));
    account.objects(&KIND).cloned().chain(snapshots.chain(backups).map(Arc::new))
}

/// Shows a snapshot or a backup as an image.
fn as_image(object: &Value, image_type: &str) -> Value {
    json!({
        "id": numeric(&object["id"]),
        "name": object["name"],
        "distribution": backup::DISTRIBUTION,
        "slug": null,
        "public": false,
        "type": image_type,
        "regions": object["regions"],
        "created_at": object["created_at"],
        "min_disk_size": object["min_disk_size"],
        "size_gigabytes": object["size_gigabytes"],
        "description": "",
        "tags": object.get("tags").cloned().unwrap_or_else(|| json!([])),
        "status": "available",
        "error_message": "",
    })
}

/// Finds an image by its id. A public image is also found by its slug (OpenAPI `GET
/// /v2/images/{image_id}`).
pub(super) fn find(account: &Account, id: &str) -> Option<Value> {
    let custom = || account.get(&KIND, id).map(|image| Value::clone(image));
    let kept = || account.get(&snapshot::KIND, id).filter(|object| snapshot::droplet_of(object).is_some());
    let backed_up = || account.get(&backup::KIND, id).map(|object| as_image(object, "backup"));
    let number = id.parse::<u64>().ok();
    let public = || catalog::images().find(|image| image["slug"] == *id || image["id"].as_u64() == number);
    custom().or_else(|| kept().map(|object| as_image(object, "snapshot"))).or_else(backed_up).or_else(public)
}

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let image = find(call.account, call.param(0)).ok_or_else(ApiError::not_found)?;
    Ok(Reply::Json(StatusCode::OK, envelope(&KIND, image)))
}

/// Lists images with the filters of OpenAPI `GET /v2/images`, "Filtering Results". The parameter
/// `type` is not an image's own `type`: it divides DO's public images into distributions and
/// applications, and the simulator has no applications.
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let query = &call.request.query;
    let (image_type, tag) = (query.get("type").map(String::as_str), query.get("tag_name"));
    let private_only = query.get("private").is_some_and(|private| private == "true");
    let own = image_type.is_none().then(|| private(call.account)).into_iter().flatten();
    let public = (!private_only && image_type != Some("application")).then(catalog::images).into_iter().flatten();
    let tagged =
        |image: &Value| tag.is_none_or(|tag| image["tags"].as_array().is_some_and(|tags| tags.contains(&json!(tag))));
    let items = public.map(Arc::new).chain(own).filter(|image| tagged(image)).collect();
    Ok(Reply::List(Listing { key: KIND.collection, items, kind: None, links: LinkStyle::Usual }))
}
