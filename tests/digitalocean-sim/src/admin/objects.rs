//! Admin endpoints for the objects of an account and for their assignment to projects.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::reply::{AdminResult, read};
use crate::endpoints::droplets::{self, Droplet};
use crate::endpoints::{kinds, projects};
use crate::model::assignments::Member;
use crate::model::kind::Kind;
use crate::shared::Shared;

fn kind(collection: &str) -> Result<&'static Kind, String> {
    kinds::named(collection).ok_or_else(|| format!("there is no list `{collection}`"))
}

pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Path((account, collection)): Path<(String, String)>,
) -> AdminResult {
    let kind = kind(&collection)?;
    let items = shared.edit(&account, |account, _| {
        Ok(account.objects(kind).map(|object| Value::clone(object)).collect::<Vec<_>>())
    })?;
    Ok(Json(json!({ collection: items })))
}

pub(super) async fn add(
    State(shared): State<Arc<Shared>>,
    Path((account, collection)): Path<(String, String)>,
    body: Bytes,
) -> AdminResult {
    let kind = kind(&collection)?;
    let object: Value = read(&body)?;
    let shown = shared.edit(&account, |account, now| {
        let id = account.add(kind, object, now)?;
        Ok(account.get(kind, &id).map(|object| Value::clone(object)))
    })?;
    Ok(Json(json!({ kind.single: shown })))
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path((account, collection, id)): Path<(String, String, String)>,
) -> AdminResult {
    let kind = kind(&collection)?;
    let shown = shared.edit(&account, |account, _| {
        let object = account.get(kind, &id).map(|object| Value::clone(object));
        let object = object.ok_or_else(|| format!("there is no {} `{id}`", kind.single))?;
        let project = kind.urn_of(&id).and_then(|urn| account.assignments.project_of(&urn).map(ToOwned::to_owned));
        Ok(json!({ kind.single: object, "project_id": project }))
    })?;
    Ok(Json(shown))
}

pub(super) async fn change(
    State(shared): State<Arc<Shared>>,
    Path((account, collection, id)): Path<(String, String, String)>,
    body: Bytes,
) -> AdminResult {
    let kind = kind(&collection)?;
    let fields: Value = read(&body)?;
    let shown = shared.edit(&account, |account, _| {
        account.patch(kind, &id, fields)?;
        Ok(account.get(kind, &id).map(|object| Value::clone(object)))
    })?;
    Ok(Json(json!({ kind.single: shown })))
}

pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    Path((account, collection, id)): Path<(String, String, String)>,
) -> AdminResult {
    let kind = kind(&collection)?;
    shared.edit(&account, |account, _| {
        if account.remove(kind, &id) { Ok(()) } else { Err(format!("there is no {} `{id}`", kind.single)) }
    })?;
    Ok(Json(json!({ "removed": id })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Generate {
    count: usize,
    /// Number of backups that each droplet gets.
    #[serde(default)]
    backups: usize,
}

/// Adds many generated droplets in one request.
pub(super) async fn generate(
    State(shared): State<Arc<Shared>>,
    Path((account, collection)): Path<(String, String)>,
    body: Bytes,
) -> AdminResult {
    if collection != droplets::KIND.collection {
        return Err(format!("there is no generator for the list `{collection}`").into());
    }
    let Generate { count, backups } = read(&body)?;
    let ids = shared.edit(&account, |account, now| {
        let droplet = |n| serde_json::to_value(Droplet::generated(n, backups)).map_err(|error| error.to_string());
        (1..=count).map(|n| account.add(&droplets::KIND, droplet(n)?, now)).collect::<Result<Vec<_>, _>>()
    })?;
    Ok(Json(json!({ "ids": ids })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Assign {
    project: String,
    resources: Vec<Member>,
}

pub(super) async fn assign(State(shared): State<Arc<Shared>>, Path(account): Path<String>, body: Bytes) -> AdminResult {
    let Assign { project, resources } = read(&body)?;
    shared.edit(&account, |account, now| {
        if !account.has(&projects::KIND, &project) {
            return Err(format!("there is no project `{project}`"));
        }
        for member in &resources {
            account.assignments.put(member, &project, now);
        }
        Ok(())
    })?;
    Ok(Json(json!({ "project": project, "assigned": resources })))
}

pub(super) async fn unassign(
    State(shared): State<Arc<Shared>>,
    Path((account, urn)): Path<(String, String)>,
) -> AdminResult {
    shared.edit(&account, |account, _| {
        if account.assignments.unassign(&urn) { Ok(()) } else { Err(format!("there is no assignment of `{urn}`")) }
    })?;
    Ok(Json(json!({ "unassigned": urn })))
}
