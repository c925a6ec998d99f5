//! The HTTP API behind API Gateway: an axum router on `lambda_http`.
//!
//! A request passes [`gateway`] (the event becomes a request), [`observe`] (request id, log line, metrics, headers), the router, an extractor
//! for who calls ([`caller`]) and for what was sent ([`extract`]), and a handler in [`routes`], which answers with a shape of [`views`] (a
//! list in the [`representation`] that is wanted) or with a [`problem::ApiProblem`]. A handler reads through the [`store::Reader`] that the caller's scope gives it; only an
//! [`caller::Admin`] gets at the table itself. `docs/api.md` has the conventions.

pub mod attribution;
pub mod caller;
pub mod columns;
pub mod config;
pub mod cursor;
pub mod cursor_keys;
pub mod extract;
pub mod freshness;
pub mod gateway;
pub mod observe;
pub mod openapi;
pub mod parameters;
pub mod problem;
pub mod provisioning;
pub mod representation;
pub mod routes;
pub mod state;
pub mod text;
pub mod views;
pub mod visibility;
pub mod workers;

pub use config::ApiConfig;
pub use cursor_keys::CursorKeys;
pub use routes::router;
pub use state::AppState;

/// The version this build reports.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
