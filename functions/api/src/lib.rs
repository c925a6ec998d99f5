#![doc = include_str!("../README.md")]

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

/// The version of this build, as the OpenAPI document and `GET /health` report it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
