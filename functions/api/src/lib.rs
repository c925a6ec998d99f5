#![doc = include_str!("../README.md")]

pub mod config;
pub mod http;
pub mod openapi;
pub mod provisioning;
pub mod routes;
pub mod state;
pub mod views;
pub mod workers;

pub use config::ApiConfig;
pub use http::cursor_keys::CursorKeys;
pub use openapi::router;
pub use state::AppState;

/// The version of this build, as the OpenAPI document and `GET /health` report it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
