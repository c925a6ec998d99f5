//! Admin endpoints under `/_sim`, which control a simulator in another process. DO has none of
//! them.

mod accounts;
mod faults;
mod objects;
mod reply;
mod requests;
mod settings;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, patch, post, put};

use crate::shared::Shared;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/health", get(settings::health))
        .route("/latency", get(settings::latency).put(settings::set_latency))
        .route("/clock", get(settings::clock).post(settings::advance))
        .route("/state", get(accounts::state).put(accounts::replace_state))
        .route("/accounts", get(accounts::names))
        .route("/accounts/{account}", get(accounts::show).put(accounts::put).delete(accounts::delete))
        .route("/accounts/{account}/limits", put(accounts::set_limits))
        .route("/accounts/{account}/consistency", put(accounts::set_consistency))
        .route("/accounts/{account}/state", get(accounts::comparable))
        .route("/accounts/{account}/tokens/{token}", put(accounts::set_token).delete(accounts::remove_token))
        .route("/accounts/{account}/assignments", post(objects::assign))
        .route("/accounts/{account}/assignments/{urn}", axum::routing::delete(objects::unassign))
        .route("/accounts/{account}/{collection}", get(objects::list).post(objects::add))
        .route("/accounts/{account}/{collection}/generate", post(objects::generate))
        .route(
            "/accounts/{account}/{collection}/{id}",
            patch(objects::change).get(objects::show).delete(objects::remove),
        )
        .route("/faults", get(faults::list).post(faults::add).delete(faults::clear))
        .route("/faults/{id}", get(faults::show).delete(faults::remove))
        .route("/requests", get(requests::list).delete(requests::clear))
        .fallback(reply::no_such_path)
        .method_not_allowed_fallback(reply::no_such_method)
}
