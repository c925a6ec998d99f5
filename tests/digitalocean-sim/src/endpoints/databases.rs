//! Managed database clusters (OpenAPI `schemas/database_cluster_read`).

mod shape;

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::call::{Call, LinkStyle, Listing, Reply, envelope};
use crate::error::ApiError;
use crate::model::kind::{Blank, Kind, ScopedField, set_known};
use crate::route::{Access, Family, Route};

pub(super) static KIND: Kind = Kind {
    collection: "databases",
    single: "database",
    id: "id",
    urn: Some("dbaas"),
    read_scope: "database:read",
    // OpenAPI `schemas/database_cluster_read`: "Requires `tag:read` scope." and so on.
    scoped_fields: &[
        ScopedField { name: "tags", scope: "tag:read", blank: Blank::List },
        ScopedField { name: "project_id", scope: "project:read", blank: Blank::Absent },
    ],
    build: shape::build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/databases",
            access: Access::List,
            scopes: &[&["database:read"]],
            handler: list,
        },
        Route {
            method: Method::GET,
            path: "/v2/databases/{database_cluster_uuid}",
            access: Access::Object,
            scopes: &[&["database:read"]],
            handler: show,
        },
    ],
};

/// Fields that hold credentials, besides `users`.
const CONNECTIONS: [&str; 4] = ["connection", "private_connection", "standby_connection", "standby_private_connection"];

/// Lists the clusters in one answer, filtered by tag if the query has one (OpenAPI
/// `parameters/tag_name`).
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let tag = call.request.query.get("tag_name");
    let tagged = |database: &Value| {
        tag.is_none_or(|tag| database["tags"].as_array().is_some_and(|tags| tags.iter().any(|own| own == tag)))
    };
    let databases = call.account.objects(&KIND).filter(|database| tagged(database));
    let items = databases.map(|database| Arc::new(visible(call, database))).collect();
    Ok(Reply::List(Listing { key: KIND.collection, items, kind: Some(&KIND), links: LinkStyle::Unpaged }))
}

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let database = call.account.get(&KIND, call.param(0)).ok_or_else(ApiError::not_found)?;
    let database = KIND.visible_to(&visible(call, database), call.token);
    Ok(Reply::Json(StatusCode::OK, envelope(&KIND, database)))
}

/// A cluster with its project, and with credentials if the token may read them (OpenAPI
/// `schemas/database_connection`, `database_user`: "Requires `database:view_credentials` scope.").
/// DO does not document the form without the scope. The URI is removed too, because it contains the
/// password.
fn visible(call: &Call<'_>, database: &Value) -> Value {
    let mut visible = database.clone();
    let urn = KIND.urn_of(&KIND.id_of(database)).unwrap_or_default();
    if let Some(project) = call.account.assignments.project_of(&urn) {
        visible["project_id"] = json!(project);
    }
    if !call.token.may("database:view_credentials") {
        for connection in CONNECTIONS.iter().filter_map(|name| database.get(name).map(|_| *name)) {
            for field in ["uri", "user", "password"] {
                visible[connection].as_object_mut().map(|connection| connection.remove(field));
            }
        }
        visible["users"] = json!([{ "name": "doadmin", "role": "primary" }]);
    }
    visible
}
