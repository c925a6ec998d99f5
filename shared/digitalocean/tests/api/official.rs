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

/// Returns every example of the successful response to a GET of `path`.
pub(crate) fn examples(spec: &Value, path: &str) -> Vec<Value> {
    let response = resolved(spec, &spec["paths"][path]["get"]["responses"]["200"]);
    let content = &response["content"]["application/json"];
    let named =
        content["examples"].as_object().into_iter().flatten().map(|(_, example)| &resolved(spec, example)["value"]);
    let single = [&content["example"], &resolved(spec, &content["schema"])["example"]];
    named.chain(single).filter(|example| example.is_object()).cloned().collect()
}

/// Follows references within the document.
fn resolved<'a>(spec: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => resolved(spec, spec.pointer(reference.trim_start_matches('#')).unwrap()),
        None => value,
    }
}
