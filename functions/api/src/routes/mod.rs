//! The routes, one module for each area.

mod accounts;
mod billing;
mod claims;
mod events;
mod feed;
mod findings;
mod health;
mod holds;
mod listing;
mod openapi;
mod projects;
mod resources;
mod runs;
mod sagas;
mod summary;
mod sync;

pub(crate) use openapi::ServedDocument;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AppState;

/// All routes together with their OpenAPI descriptions.
pub(crate) fn documented_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(openapi::openapi))
        .routes(routes!(accounts::list, accounts::register))
        .routes(routes!(accounts::change))
        .routes(routes!(resources::list))
        .routes(routes!(resources::one, claims::change))
        .routes(routes!(feed::list))
        .routes(routes!(summary::summary))
        .routes(routes!(events::list))
        .routes(routes!(findings::list))
        .routes(routes!(projects::list))
        .routes(routes!(projects::one, projects::change))
        .routes(routes!(sync::list))
        .routes(routes!(runs::run))
        .routes(routes!(holds::confirm))
        .routes(routes!(sagas::list::list, sagas::start::start))
        .routes(routes!(sagas::plan::plan))
        .routes(routes!(sagas::list::one))
        .routes(routes!(sagas::ledger::list))
        .routes(routes!(sagas::commands::cancel))
        .routes(routes!(sagas::commands::resume))
        .routes(routes!(sagas::commands::skip))
        .routes(routes!(sagas::commands::close))
        .routes(routes!(sagas::commands::approve))
        .routes(routes!(sagas::commands::deny))
        .routes(routes!(sagas::templates::snapshot_droplet))
        .routes(routes!(sagas::templates::dns))
        .routes(routes!(billing::balances::latest))
        .routes(routes!(billing::balances::list))
        .routes(routes!(billing::history::list))
        .routes(routes!(billing::invoices::list))
        .routes(routes!(billing::invoices::one))
        .routes(routes!(billing::rematch::rematch))
        .routes(routes!(billing::cost_lines::list))
        .routes(routes!(billing::match_rate::rate))
        .routes(routes!(billing::tie_out::list))
        .routes(routes!(billing::accrual::accrual))
}
