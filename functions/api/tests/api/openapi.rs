//! The OpenAPI document: committed, served, and in agreement with the routes.

use std::path::PathBuf;

use serde_json::Value;

use crate::app::{App, Who};

fn committed() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../infra/openapi.json")
}

#[test]
fn openapi_json_is_up_to_date() {
    let generated = api::openapi::document_text();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(committed(), &generated).unwrap();
    }
    let committed = std::fs::read_to_string(committed()).unwrap_or_default();
    assert!(
        committed == generated,
        "infra/openapi.json is not what the code says. Regenerate it, and look at the difference:\n    UPDATE_OPENAPI=1 cargo test --test api openapi"
    );
}

#[tokio::test]
async fn the_served_document_is_the_committed_one() {
    let app = App::start().await;
    let served = app.get(Who::Anonymous, "/openapi.json").await;
    assert_eq!(served.headers["content-type"], "application/json");
    assert_eq!(served.text, api::openapi::document_text());
}

#[tokio::test]
async fn every_documented_route_is_served() {
    let app = App::start().await;
    let document: Value = serde_json::from_str(&api::openapi::document_text()).unwrap();
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        let target = path.replace(['{', '}'], "");
        for method in ["GET", "POST", "PATCH", "PUT", "DELETE"] {
            let answer = app.deliver(crate::app::event(Who::Anonymous, method, &target, None)).await;
            let documented = item.get(method.to_lowercase()).is_some();
            operations += usize::from(documented);
            // An existing route either asks for a token first or responds.
            let expected: &[u16] = if documented { &[200, 401] } else { &[405] };
            assert!(expected.contains(&answer.status), "{method} {path}: {}", answer.text);
        }
    }
    assert_eq!(operations, 41);
}

/// Undocumented routes could only be added with other calls than `routes!`. There are none.
#[test]
fn every_route_is_added_with_its_documentation() {
    let source = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/routes/mod.rs")).unwrap();
    for call in [".route(", ".route_service(", ".nest_service(", ".merge("] {
        assert!(
            !source.contains(call),
            "{call} adds a route that the document does not have; use .routes(routes!(..))"
        );
    }
}

#[test]
fn every_operation_documents_itself_its_parameters_and_its_errors() {
    let document: Value = serde_json::from_str(&api::openapi::document_text()).unwrap();
    let mut ids = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let shown = format!("{method} {path}");
            let has = |status: &str| operation["responses"][status]["content"]["application/problem+json"].is_object();
            let mut needed = Vec::new();
            if operation["security"].is_array() {
                needed.extend(["401", "403", "500", "503"]);
            }
            if operation["parameters"].is_array() {
                needed.push("400");
            }
            if path.contains('{') {
                needed.push("404");
            }
            if operation["requestBody"].is_object() {
                needed.extend(["400", "413", "415", "422"]);
            }
            for status in needed {
                assert!(has(status), "{shown} does not document {status}");
            }
            assert!(operation["summary"].is_string() && operation["tags"].is_array(), "{shown}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{shown}: {parameter}");
            }
            assert!(ids.insert(operation["operationId"].to_string()), "{shown}: {} twice", operation["operationId"]);
        }
    }
    assert!(document["components"]["securitySchemes"]["id_token"].is_object());
    assert_eq!(document["info"]["version"], api::VERSION);
}
