//! Examples from DigitalOcean's OpenAPI document.

use serde_json::Value;

/// Loads the document if it is available; otherwise prints a line on standard error.
pub(crate) fn document() -> Option<Value> {
    let path = std::env::var("DIGITALOCEAN_OPENAPI").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/digitalocean/openapi.json").to_owned()
    });
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: no DigitalOcean OpenAPI document (set DIGITALOCEAN_OPENAPI)");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}
