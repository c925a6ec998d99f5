//! Projects, which group the resources of an account (OpenAPI `schemas/project`).

mod shape;

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::call::{Call, LinkStyle, Reply};
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::model::kind::Kind;
use crate::route::{Access, Family, Route};

pub use shape::Project;

pub(crate) static KIND: Kind = Kind {
    collection: "projects",
    single: "project",
    id: "id",
    urn: None,
    read_scope: "project:read",
    scoped_fields: &[],
    build: shape::build,
    set: shape::set,
};

const READ: &[&[&str]] = &[&["project:read"]];
const UPDATE: &[&[&str]] = &[&["project:update"]];

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/projects",
            access: Access::List,
            scopes: READ,
            // `first` and `last` come even with a single page: OpenAPI `responses/projects_list`,
            // the example.
            handler: |call| Ok(call.list(&KIND, LinkStyle::FirstAndLast, |_| true)),
        },
        Route {
            method: Method::POST,
            path: "/v2/projects",
            access: Access::Other,
            scopes: &[&["project:create"]],
            handler: create,
        },
        Route {
            method: Method::GET,
            path: "/v2/projects/default",
            access: Access::Object,
            scopes: READ,
            handler: show,
        },
        Route {
            method: Method::PUT,
            path: "/v2/projects/default",
            access: Access::Other,
            scopes: UPDATE,
            handler: replace,
        },
        Route {
            method: Method::PATCH,
            path: "/v2/projects/default",
            access: Access::Other,
            scopes: UPDATE,
            handler: change,
        },
        Route {
            method: Method::GET,
            path: "/v2/projects/{project_id}",
            access: Access::Object,
            scopes: READ,
            handler: show,
        },
        Route {
            method: Method::PUT,
            path: "/v2/projects/{project_id}",
            access: Access::Other,
            scopes: UPDATE,
            handler: replace,
        },
        Route {
            method: Method::PATCH,
            path: "/v2/projects/{project_id}",
            access: Access::Other,
            scopes: UPDATE,
            handler: change,
        },
        Route {
            method: Method::DELETE,
            path: "/v2/projects/{project_id}",
            access: Access::Other,
            scopes: &[&["project:delete"]],
            handler: delete,
        },
    ],
};

/// The id of the path's project: the path parameter, or the default project if the path has no
/// parameter.
pub(super) fn id(call: &Call<'_>) -> Result<String, ApiError> {
    let id = match call.params.first() {
        Some(id) => id.clone(),
        None => call.account.default_project().ok_or_else(ApiError::not_found)?,
    };
    if call.account.has(&KIND, &id) { Ok(id) } else { Err(ApiError::not_found()) }
}

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = id(call)?;
    call.show(&KIND, &id, StatusCode::OK)
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut body = call.body()?;
    body.retain(|field, _| shape::WRITABLE.contains(&field.as_str()) && field != "is_default");
    require(&body, &["name", "purpose"])?;
    refuse_taken_name(call, &body, None)?;
    let id = call.account.add(&KIND, Value::Object(body), call.now).map_err(ApiError::unprocessable)?;
    call.show(&KIND, &id, StatusCode::CREATED)
}

/// Replaces a project. All of these attributes must be sent (OpenAPI `PUT
/// /v2/projects/{project_id}`).
fn replace(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let body = call.body()?;
    require(&body, shape::WRITABLE)?;
    update(call, body)
}

/// Changes a project. At least one of the attributes must be sent (OpenAPI `PATCH
/// /v2/projects/{project_id}`).
fn change(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let body = call.body()?;
    update(call, body)
}

fn update(call: &mut Call<'_>, mut body: Map<String, Value>) -> Result<Reply, ApiError> {
    let id = id(call)?;
    body.retain(|field, _| shape::WRITABLE.contains(&field.as_str()));
    if body.is_empty() {
        return Err(ApiError::unprocessable("at least one attribute is required"));
    }
    refuse_taken_name(call, &body, Some(&id))?;
    // An account always has one default project. A project stops being the default only when
    // another one becomes it.
    if body.get("is_default") == Some(&Value::Bool(false)) {
        body.remove("is_default");
    }
    call.account.patch(&KIND, &id, Value::Object(body)).map_err(ApiError::unprocessable)?;
    let now = rfc3339(call.now);
    if let Some(project) = call.account.of(&KIND).get_mut(&id) {
        project["updated_at"] = json!(now);
    }
    call.show(&KIND, &id, StatusCode::OK)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = id(call)?;
    if !call.account.assignments.of(&id).is_empty() {
        // OpenAPI `responses/precondition_failed-2`, the example.
        return Err(ApiError::precondition_failed(
            "cannot delete a project with resources. move or remove the resources first",
        ));
    }
    if call.account.default_project().as_ref() == Some(&id) {
        // DO's product documentation says that the default project cannot be deleted. The status is
        // not recorded anywhere.
        return Err(ApiError::precondition_failed("cannot delete the default project"));
    }
    call.account.remove(&KIND, &id);
    Ok(Reply::NoContent)
}

fn require(body: &Map<String, Value>, fields: &[&str]) -> Result<(), ApiError> {
    match fields.iter().find(|field| body.get(**field).is_none_or(Value::is_null)) {
        Some(missing) => Err(ApiError::unprocessable(format!("{missing} is required"))),
        None => Ok(()),
    }
}

/// Refuses a name that another project has. Names are unique (OpenAPI `schemas/project_base`). No
/// recorded answer to a second project of the same name is known. 409 is the status whose id DO
/// uses for a conflict, and the one that it answered for a taken name of a volume snapshot
/// (StackPointCloud/ark-plugin-digitalocean#1).
fn refuse_taken_name(call: &Call<'_>, body: &Map<String, Value>, own: Option<&str>) -> Result<(), ApiError> {
    let Some(name) = body.get("name") else { return Ok(()) };
    let taken = call
        .account
        .objects(&KIND)
        .any(|project| &project["name"] == name && Some(KIND.id_of(project).as_str()) != own);
    if taken { Err(ApiError::conflict("name is already in use")) } else { Ok(()) }
}
