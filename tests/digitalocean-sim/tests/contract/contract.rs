//! Validation of answers against DO's OpenAPI document.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use digitalocean_sim::{PlainInfo, plain_endpoints};
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use crate::exercise::Answer;

/// Returns whether the environment variable names the document.
pub(crate) fn is_configured() -> bool {
    std::env::var_os("DIGITALOCEAN_OPENAPI").is_some()
}

/// The path of the document, by default next to the working copy.
pub(crate) fn path() -> PathBuf {
    match std::env::var_os("DIGITALOCEAN_OPENAPI") {
        Some(path) => path.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/digitalocean/openapi.json"),
    }
}

/// Schemas that require no field, although DO shows all of their fields in every example. The test
/// requires all of them, so that an incomplete shape is an error.
const ALL_FIELDS_REQUIRED: &[&str] = &[
    "project_base",
    "project",
    "domain",
    "resource",
    "certificate",
    "sshKeys",
    "key",
    "check_base",
    "check_updatable",
    "domain_record",
    "reserved_ip",
    "floating_ip",
    "firewall",
    "firewall_rules",
    "load_balancer",
    "vpc_base",
    "vpc_create",
    "vpc_default",
    "vpc_nat_gateway_get",
    "volume_base_read",
    "volume_full",
    "kubernetes_node_pool_base",
    "node",
    "database_connection",
    "registry_base",
    "registry",
    "subscription",
    "subscription_tier_base",
    "namespace_info",
    "autoscale_pool",
    "current_utilization",
    "balance",
    "invoice_summary",
    "product_usage_charges",
    "product_charge_item",
    "simple_charge",
];

/// An operation that reads one object, which DO has but this document lacks.
struct MissingOperation {
    path: &'static str,
    /// Path of the list of such objects, which the document has. The errors and scopes are the
    /// same.
    list: &'static str,
    /// Key of the object in the answer.
    envelope: &'static str,
    schema: &'static str,
}

/// The operations that the document lacks, besides those of plain endpoints. DO documents them at
/// <https://docs.digitalocean.com/reference/api/digitalocean/#operation/> followed by the name
/// before each.
const MISSING_OPERATIONS: &[MissingOperation] = &[
    // sshKeys_get
    MissingOperation {
        path: "/v2/account/keys/{ssh_key_identifier}",
        list: "/v2/account/keys",
        envelope: "ssh_key",
        schema: "sshKeys",
    },
    // spacesKey_get
    MissingOperation { path: "/v2/spaces/keys/{access_key}", list: "/v2/spaces/keys", envelope: "key", schema: "key" },
    // vpcs_get
    MissingOperation { path: "/v2/vpcs/{vpc_id}", list: "/v2/vpcs", envelope: "vpc", schema: "vpc" },
    // vpcnatgateways_get
    MissingOperation {
        path: "/v2/vpc_nat_gateways/{vpc_nat_gateway_id}",
        list: "/v2/vpc_nat_gateways",
        envelope: "vpc_nat_gateway",
        schema: "vpc_nat_gateway_get",
    },
    // registries_get
    MissingOperation {
        path: "/v2/registries/{registry_name}",
        list: "/v2/registries",
        envelope: "registry",
        schema: "registry",
    },
    // autoscalepools_get
    MissingOperation {
        path: "/v2/droplets/autoscale/{autoscale_pool_id}",
        list: "/v2/droplets/autoscale",
        envelope: "autoscale_pool",
        schema: "autoscale_pool",
    },
];

pub(crate) struct Contract {
    document: Value,
    /// Compiled schemas of bodies, cached because compiling takes longer than the rest of the test.
    validators: RefCell<HashMap<String, Validator>>,
}

impl Contract {
    /// Reads the document, if the file exists.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        let mut document: Value = serde_json::from_str(&text).expect("the contract is JSON");
        let schemas = document["components"]["schemas"].as_object_mut().expect("the contract has schemas");
        // This is a defect of the document: the pattern excludes kinds of URN that the same
        // document and the API have, such as `do:app`.
        schemas["urn"].as_object_mut().expect("urn is a schema").remove("pattern");
        for name in ALL_FIELDS_REQUIRED {
            require_all(&mut schemas[*name]);
        }
        for schema in schemas.values_mut() {
            convert(schema);
        }
        for missing in MISSING_OPERATIONS {
            missing.add_to(&mut document);
        }
        for row in plain_endpoints() {
            let PlainInfo { object: path, list, single: envelope, schema, .. } = row;
            if document["paths"].get(path).is_none() {
                MissingOperation { path, list, envelope, schema }.add_to(&mut document);
            }
        }
        Some(Self { document, validators: RefCell::default() })
    }

    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        self.document["paths"].get(path)?.get(method.to_ascii_lowercase())
    }

    /// The alternative sets of scopes of an operation, if the operation exists.
    pub(crate) fn scopes(&self, method: &str, path: &str) -> Option<Vec<Vec<String>>> {
        let security = self.operation(method, path)?["security"].as_array()?;
        let read = |alternative: &Value| serde_json::from_value(alternative["bearer_auth"].clone()).expect("scopes");
        Some(security.iter().map(read).collect())
    }

    pub(crate) fn declares(&self, method: &str, path: &str, status: u16) -> bool {
        self.operation(method, path).is_some_and(|operation| operation["responses"].get(status.to_string()).is_some())
    }

    /// The differences between an answer and the document; empty if the answer is valid.
    pub(crate) fn errors(&self, answer: &Answer) -> Vec<String> {
        let Some(operation) = self.operation(&answer.method, &answer.route) else {
            return vec!["no such operation in the contract".to_owned()];
        };
        // 400, 403, 409 and 422 are mostly not listed, so `default` applies to them.
        let responses = &operation["responses"];
        let response = self.resolved(responses.get(answer.status.to_string()).unwrap_or(&responses["default"]));
        let mut errors = Vec::new();
        for name in response["headers"].as_object().into_iter().flat_map(Map::keys) {
            let value = answer.headers.get(name).map(|value| value.to_str().unwrap());
            if value.is_none_or(|value| name.starts_with("ratelimit") && value.parse::<i64>().is_err()) {
                errors.push(format!("header {name} is {value:?}"));
            }
        }
        match (response["content"].get("application/json"), &answer.body) {
            (Some(content), Some(body)) => {
                errors.extend(self.body_errors(&content["schema"], body, answer.status < 300));
            }
            (None, None) => {}
            (Some(_), None) => errors.push("the body is missing or not JSON".to_owned()),
            (None, Some(_)) => errors.push("there is a body, but the contract has none".to_owned()),
        }
        errors
    }

    fn body_errors(&self, schema: &Value, body: &Value, success: bool) -> Vec<String> {
        let mut schema = schema.clone();
        if success {
            // The envelope of a success often requires nothing, so that `{}` would be valid.
            require_all(&mut schema);
        }
        let mut validators = self.validators.borrow_mut();
        let validator = validators.entry(schema.to_string()).or_insert_with(|| self.validator(schema));
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    fn validator(&self, mut schema: Value) -> Validator {
        convert(&mut schema);
        let root = json!({ "components": { "schemas": self.document["components"]["schemas"] }, "allOf": [schema] });
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        options.build(&root).expect("the schema compiles")
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => {
                self.document.pointer(reference.trim_start_matches('#')).expect("the reference resolves")
            }
            None => value,
        }
    }
}

impl MissingOperation {
    fn add_to(&self, document: &mut Value) {
        assert!(document["paths"].get(self.path).is_none(), "{} is in the document, so it is not missing", self.path);
        let list = &document["paths"][self.list]["get"];
        let mut responses = list["responses"].clone();
        let mut answer = match responses["200"]["$ref"].as_str() {
            Some(to) => document.pointer(to.trim_start_matches('#')).expect("the reference resolves").clone(),
            None => responses["200"].clone(),
        };
        let object = json!({ "$ref": format!("#/components/schemas/{}", self.schema) });
        answer["content"]["application/json"] =
            json!({ "schema": { "type": "object", "properties": { self.envelope: object } } });
        responses["200"] = answer;
        responses["404"] = json!({ "$ref": "#/components/responses/not_found" });
        let operation = json!({ "security": list["security"], "responses": responses });
        document["paths"][self.path] = json!({ "get": operation });
    }
}

/// Requires every property that an answer can have, in the schema and in the parts of its `allOf`.
fn require_all(schema: &mut Value) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let shown = properties.iter().filter(|(_, property)| property["writeOnly"] != true);
        schema["required"] = shown.map(|(name, _)| json!(name)).collect();
    }
    for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
        if part.get("$ref").is_none() {
            require_all(part);
        }
    }
}

/// Converts OpenAPI 3.0 to JSON Schema: `nullable` becomes the type null, and the boolean bounds
/// become numbers. References are unchanged, because the components are copied under the same
/// pointer.
fn convert(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(convert),
        Value::Object(map) => {
            // Examples are data, not schemas.
            map.remove("example");
            map.remove("examples");
            for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
                if let Some(Value::Bool(is_exclusive)) = map.get(exclusive).cloned() {
                    map.remove(exclusive);
                    if is_exclusive && let Some(number) = map.remove(bound) {
                        map.insert(exclusive.to_owned(), number);
                    }
                }
            }
            for (key, value) in map.iter_mut() {
                // The values of `default` and `enum` are data as well.
                if key != "default" && key != "enum" {
                    convert(value);
                }
            }
            if map.remove("nullable") == Some(Value::Bool(true)) {
                *schema = json!({ "anyOf": [Value::Object(std::mem::take(map)), { "type": "null" }] });
            }
        }
        _ => {}
    }
}

#[test]
fn the_conversion_follows_openapi() {
    let mut schema = json!({
        "type": "object",
        "properties": {
            "a": { "type": "string", "nullable": true, "enum": ["x"] },
            "b": { "type": "integer", "minimum": 1, "exclusiveMinimum": true },
            "c": { "type": "integer", "minimum": 1, "exclusiveMinimum": false }
        }
    });
    convert(&mut schema);
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (body, valid) in [
        (json!({ "a": null }), true),
        (json!({ "a": "x" }), true),
        (json!({ "a": "y" }), false),
        (json!({ "b": null }), false),
        (json!({ "b": 1 }), false),
        (json!({ "b": 2 }), true),
        (json!({ "c": 1 }), true),
        (json!({ "c": 0 }), false),
    ] {
        assert_eq!(validator.is_valid(&body), valid, "{body}");
    }
}
