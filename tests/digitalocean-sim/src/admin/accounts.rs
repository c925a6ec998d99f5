//! Admin endpoints for the whole state, for accounts, and for the limits and tokens of an account.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};

use super::reply::{AdminError, AdminResult, read};
use crate::comparable;
use crate::consistency::ConsistencySettings;
use crate::endpoints::{kinds, projects};
use crate::limits::Limits;
use crate::model::account::Account;
use crate::scopes::Token;
use crate::seed::{AccountSeed, Seed};
use crate::shared::Shared;

/// Returns the whole state in DO's shapes. Tokens are listed by name, without their values.
pub(super) async fn state(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let state = shared.state();
    let accounts: Map<_, _> = state.accounts.iter().map(|(name, account)| (name.clone(), shape(account))).collect();
    Json(json!({
        "now": shared.clock.now(),
        "latency": state.latency,
        "delayed_writes": state.delayed_writes.len(),
        "accounts": accounts,
    }))
}

pub(super) async fn replace_state(State(shared): State<Arc<Shared>>, body: Bytes) -> AdminResult {
    let seed: Seed = read(&body)?;
    let accounts = seed.accounts(shared.clock.now()).map_err(|error| error.0)?;
    let names = json!({ "accounts": accounts.keys().collect::<Vec<_>>() });
    let mut state = shared.state();
    state.accounts = accounts;
    state.latency = seed.latency;
    state.delayed_writes.clear();
    // The usage counted for the old tokens must not count against new tokens of the same name.
    state.meters.clear();
    Ok(Json(names))
}

pub(super) async fn names(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "accounts": shared.state().accounts.keys().collect::<Vec<_>>() }))
}

pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(account): Path<String>) -> AdminResult {
    Ok(Json(shared.edit(&account, |account, _| Ok(shape(account)))?))
}

/// Creates an account, or replaces an existing one completely.
pub(super) async fn put(State(shared): State<Arc<Shared>>, Path(name): Path<String>, body: Bytes) -> AdminResult {
    let seed: AccountSeed = read(&body)?;
    let account = seed.build(shared.clock.now())?;
    let shown = shape(&account);
    shared.state().accounts.insert(name, account);
    Ok(Json(shown))
}

pub(super) async fn delete(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> AdminResult {
    let mut state = shared.state();
    match state.accounts.remove(&name) {
        Some(_) => {
            state.meters.retain(|(account, _), _| *account != name);
            Ok(Json(json!({ "removed": name })))
        }
        None => Err(AdminError::not_found(format!("there is no account `{name}`"))),
    }
}

pub(super) async fn set_limits(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    body: Bytes,
) -> AdminResult {
    let limits: Limits = read(&body)?;
    shared.edit(&name, |account, _| {
        account.limits = limits;
        Ok(())
    })?;
    Ok(Json(json!(limits)))
}

pub(super) async fn set_consistency(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    body: Bytes,
) -> AdminResult {
    let consistency: ConsistencySettings = read(&body)?;
    shared.edit(&name, |account, _| {
        account.consistency = consistency;
        Ok(())
    })?;
    Ok(Json(json!(consistency)))
}

/// Returns the objects of the account in a stable form, so that two states can be compared.
pub(super) async fn comparable(State(shared): State<Arc<Shared>>, Path(account): Path<String>) -> AdminResult {
    Ok(Json(shared.edit(&account, |account, _| Ok(comparable::of(account)))?))
}

pub(super) async fn set_token(
    State(shared): State<Arc<Shared>>,
    Path((account, name)): Path<(String, String)>,
    body: Bytes,
) -> AdminResult {
    let token: Token = read(&body)?;
    let shown = token_shape(&token);
    shared.edit(&account, |account, _| {
        account.tokens.insert(name, token);
        Ok(())
    })?;
    Ok(Json(shown))
}

pub(super) async fn remove_token(
    State(shared): State<Arc<Shared>>,
    Path((account, name)): Path<(String, String)>,
) -> AdminResult {
    shared.edit(&account, |account, _| match account.tokens.remove(&name) {
        Some(_) => Ok(()),
        None => Err(format!("there is no token `{name}`")),
    })?;
    Ok(Json(json!({ "removed": name })))
}

fn shape(account: &Account) -> Value {
    let tokens: Map<_, _> = account.tokens.iter().map(|(name, token)| (name.clone(), token_shape(token))).collect();
    let mut shown = json!({
        "profile": account.profile,
        "limits": account.limits,
        "consistency": account.consistency,
        "tokens": tokens,
    });
    for kind in kinds::all() {
        shown[kind.collection] = account.objects(kind).map(|object| Value::clone(object)).collect();
    }
    let held: Map<_, _> = account
        .objects(&projects::KIND)
        .map(|project| {
            let id = projects::KIND.id_of(project);
            let urns = account.assignments.of(&id).into_iter().map(|(urn, _)| json!(urn)).collect();
            (id, urns)
        })
        .collect();
    shown["assignments"] = Value::Object(held);
    shown
}

fn token_shape(token: &Token) -> Value {
    json!({ "scopes": token.scopes, "missing_scope": token.missing_scope, "hidden_status": token.hidden_status })
}
