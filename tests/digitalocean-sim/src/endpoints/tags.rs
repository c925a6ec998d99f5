//! Tags (OpenAPI `schemas/tags`). The tagged resources are counted at each request, among the
//! objects that the token may read.

use std::sync::Arc;

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{databases, droplets, images, volumes};
use crate::call::{Call, LinkStyle, Listing, Reply, envelope};
use crate::error::ApiError;
use crate::model::kind::{BuildContext, BuiltObject, Kind, set_known, spec};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "tags",
    single: "tag",
    id: "name",
    urn: None,
    read_scope: "tag:read",
    scoped_fields: &[],
    build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route { method: Method::GET, path: "/v2/tags", access: Access::List, scopes: &[&["tag:read"]], handler: list },
        Route {
            method: Method::GET,
            path: "/v2/tags/{tag_id}",
            access: Access::Object,
            scopes: &[&["tag:read"]],
            handler: show,
        },
    ],
};

/// The lists of resources that can be tagged. A tag shows its resources under the same names
/// (OpenAPI `schemas/tags`, `resources`).
static TAGGED: [&Kind; 4] = [&droplets::KIND, &images::KIND, &volumes::KIND, &databases::KIND];

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    name: String,
}

fn build(value: Value, _: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let Spec { name } = spec(value)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-:".contains(&byte);
    if !(1..=255).contains(&name.len()) || !name.bytes().all(allowed) {
        return Err(format!("name: `{name}` is not 1 to 255 letters, digits, `_`, `-` or `:`"));
    }
    Ok(json!({ "name": name }).into())
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let items = call.account.objects(&KIND).map(|tag| Arc::new(counted(call, tag))).collect();
    Ok(Reply::List(Listing { key: KIND.collection, items, kind: None, links: LinkStyle::Usual }))
}

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let tag = call.account.get(&KIND, call.param(0)).ok_or_else(ApiError::not_found)?;
    Ok(Reply::Json(StatusCode::OK, envelope(&KIND, counted(call, tag))))
}

/// A tag with the numbers of its resources.
fn counted(call: &Call<'_>, tag: &Value) -> Value {
    let mut resources = Map::new();
    let (mut total, mut last) = (0, None);
    for kind in TAGGED {
        let list = kind.collection;
        let readable = call.token.may(kind.read_scope).then(|| call.account.objects(kind)).into_iter().flatten();
        let bearers: Vec<_> = readable.filter(|object| bears(object, &tag["name"])).collect();
        let uri = |object: &&Arc<Value>| format!("{}/v2/{list}/{}", call.request.origin, kind.id_of(object));
        let uri = bearers.last().map(uri);
        resources.insert(list.to_owned(), statistics(bearers.len(), uri.as_ref()));
        (total, last) = (total + bearers.len(), uri.or(last));
    }
    if let Value::Object(all) = statistics(total, last.as_ref()) {
        resources.extend(all);
    }
    json!({ "name": tag["name"], "resources": resources })
}

fn bears(object: &Value, tag: &Value) -> bool {
    object["tags"].as_array().is_some_and(|tags| tags.contains(tag))
}

/// The statistics of a tag in the form of OpenAPI `schemas/tags_metadata`.
fn statistics(count: usize, last_tagged_uri: Option<&String>) -> Value {
    match last_tagged_uri {
        Some(uri) => json!({ "count": count, "last_tagged_uri": uri }),
        None => json!({ "count": count }),
    }
}
