//! The API with all its dependencies in memory. Every response is checked against the OpenAPI
//! document.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use api::http::cursor::CursorKey;
use api::http::gateway::GatewayEvent;
use api::{ApiConfig, AppState, CursorKeys, workers};
use axum::Router;
use chrono::{DateTime, Utc};
use domain::{ManualClock, Scope, TenantId};
use embedded_table::EmbeddedTable;
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::Env;
use runtime::fake::MemoryQueue;
use runtime::secrets::{FetchError, SecretSource};
use secrecy::SecretString;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::sagas::fake_digitalocean::FakeDigitalOcean;

/// The caller of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Admin,
    Tenant(&'static str),
    /// Signed in, but without the admin group and without a tenant.
    NoRole,
    Anonymous,
}

/// The response to a request.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The pointers of all validation errors in the response.
    pub(crate) fn pointers(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect()
    }

    /// The value of one field in every item of a list.
    pub(crate) fn all(&self, field: &str) -> Vec<String> {
        let data = self.body["data"].as_array().unwrap_or_else(|| panic!("no list: {}", self.text));
        data.iter().map(|item| item[field].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The header and the rows of a CSV response.
    pub(crate) fn table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        assert_eq!(self.headers["content-type"], "text/csv;charset=utf-8", "{}", self.text);
        let mut reader = ::csv::Reader::from_reader(self.text.as_bytes());
        let cells = |record: &::csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
        let header = cells(reader.headers().unwrap());
        (header, reader.records().map(|record| cells(&record.unwrap())).collect())
    }

    /// The target of the link to the next page, below `/api/v1`.
    pub(crate) fn next_link(&self) -> Option<String> {
        let link = self.headers.get("link")?.to_str().unwrap();
        let target = link.strip_prefix("</api/v1").and_then(|target| target.strip_suffix(">; rel=\"next\"")).unwrap();
        Some(target.to_owned())
    }
}

pub(crate) struct App {
    pub(crate) table: EmbeddedTable,
    pub(crate) queue: Arc<MemoryQueue>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) digitalocean: FakeDigitalOcean,
    router: Router,
}

/// The OpenAPI document that the API serves.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&api::openapi::document_text()).unwrap());

/// JSON schema validators of responses by method, path, status and media type.
static VALIDATORS: LazyLock<Mutex<HashMap<String, jsonschema::Validator>>> = LazyLock::new(Mutex::default);

pub(crate) fn time(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

pub(crate) fn queue_url(worker: &str) -> String {
    format!("https://sqs.example/{worker}")
}

pub(crate) fn config() -> ApiConfig {
    let queues: serde_json::Map<_, _> =
        workers::all().map(|worker| (worker.name().to_owned(), queue_url(worker.name()).into())).collect();
    let queues = Value::Object(queues).to_string();
    let env = [
        ("STAGE", "dev"),
        ("TABLE_NAME", embedded_table::TABLE_NAME),
        ("CURSOR_SECRET", CURSOR_SECRET),
        ("WORKER_QUEUES", queues.as_str()),
    ];
    ApiConfig::read(Env::from_map(env)).unwrap()
}

const CURSOR_SECRET: &str = "arcadia/dev/api/cursors";

const GENERATED_SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The value of the cursor secret, as the stack would generate it.
struct GeneratedSecret;

/// The key that the API encrypts its cursors with.
pub(crate) fn cursor_key() -> CursorKey {
    CursorKey::derive(&GENERATED_SECRET.into()).unwrap()
}

/// Whether the document says that only platform admins may call an operation.
pub(crate) fn is_for_admins_only(operation: &Value) -> bool {
    // The sentence may go over two lines.
    let text = operation["description"].as_str().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").contains("Only platform admins may call this operation.")
}

/// The scope of a tenant's reads.
pub(crate) fn scope(tenant: &str) -> Scope {
    Scope::Tenant(TenantId::new(tenant).unwrap())
}

impl SecretSource for GeneratedSecret {
    fn fetch<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>> {
        assert_eq!(name, CURSOR_SECRET);
        async { Ok(GENERATED_SECRET.into()) }.boxed()
    }
}

impl App {
    /// Starts with an empty table on 2026-04-12 at noon.
    pub(crate) async fn start() -> Self {
        let table = EmbeddedTable::start().await;
        let queue = Arc::new(MemoryQueue::new());
        let digitalocean = FakeDigitalOcean::default();
        let clock = Arc::new(ManualClock::at(time("2026-04-12T12:00:00Z")));
        let cursor_keys = CursorKeys::new(GeneratedSecret, CURSOR_SECRET);
        let state = AppState::new(
            config(),
            table.table.clone(),
            queue.clone(),
            clock.clone(),
            cursor_keys,
            Some(digitalocean.provisioning()),
        );
        Self { table, queue, clock, digitalocean, router: api::router(state) }
    }

    pub(crate) async fn get(&self, who: Who, path: &str) -> Answer {
        self.send(who, "GET", path, None).await
    }

    pub(crate) async fn post(&self, who: Who, path: &str, body: Value) -> Answer {
        self.send(who, "POST", path, Some(body.to_string())).await
    }

    pub(crate) async fn patch(&self, who: Who, path: &str, body: Value) -> Answer {
        self.send(who, "PATCH", path, Some(body.to_string())).await
    }

    pub(crate) async fn get_csv(&self, who: Who, path: &str) -> Answer {
        self.send_for(who, "GET", path, None, "text/csv").await
    }

    /// Sends a request below `/api/v1` that accepts this media type.
    pub(crate) async fn send_for(
        &self,
        who: Who,
        method: &str,
        path: &str,
        body: Option<String>,
        accept: &str,
    ) -> Answer {
        let mut event = event(who, method, &format!("/api/v1{path}"), body);
        event["headers"]["accept"] = accept.into();
        self.deliver(event).await
    }

    /// Sends a request below `/api/v1` that accepts JSON.
    pub(crate) async fn send(&self, who: Who, method: &str, path: &str, body: Option<String>) -> Answer {
        self.deliver(event(who, method, &format!("/api/v1{path}"), body)).await
    }

    /// Delivers an event as Lambda does.
    pub(crate) async fn deliver(&self, event: Value) -> Answer {
        let method = event["requestContext"]["http"]["method"].as_str().unwrap_or_default().to_lowercase();
        let event: GatewayEvent = serde_json::from_str(&event.to_string()).unwrap();
        let request: lambda_http::Request = event.into();
        let path = request.uri().path().to_owned();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(axum::body::Body::new(body), usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, text, body };
        assert_conventional(&answer);
        if method != "head" {
            assert_as_documented(&method, &path, &answer);
        }
        answer
    }
}

/// Builds an event as an HTTP API sends it (payload format 2.0).
pub(crate) fn event(who: Who, method: &str, target: &str, body: Option<String>) -> Value {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let claims = match who {
        Who::Admin => Some(json!({ "sub": "admin-1", "cognito:groups": "[platform_admin]", "exp": "1775995200" })),
        Who::Tenant(tenant) => Some(json!({ "sub": "user-1", "custom:tenant_id": tenant, "exp": "1775995200" })),
        Who::NoRole => Some(json!({ "sub": "user-2", "cognito:groups": "[readers]" })),
        Who::Anonymous => None,
    };
    let mut event = json!({
        "version": "2.0",
        "routeKey": "ANY /api/v1/{proxy+}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": { "host": "abc123.execute-api.eu-central-1.amazonaws.com", "x-forwarded-proto": "https" },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "domainName": "abc123.execute-api.eu-central-1.amazonaws.com",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test" },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "ANY /api/v1/{proxy+}",
            "stage": "$default",
            "time": "12/Apr/2026:12:00:00 +0000",
            "timeEpoch": 1_775_995_200_000_u64
        },
        "isBase64Encoded": false
    });
    if let Some(claims) = claims {
        event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": claims, "scopes": null } });
    }
    if let Some(body) = body {
        event["body"] = body.into();
        event["headers"]["content-type"] = "application/json".into();
    }
    event
}

/// Checks the headers and the problem body that every response must have.
fn assert_conventional(answer: &Answer) {
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["x-request-id"], "JKJaXmPLvHcESHA=");
    if answer.status >= 400 {
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{}", answer.text);
        if !answer.text.is_empty() {
            assert_eq!(answer.body["status"], answer.status, "{}", answer.text);
            assert_eq!(answer.body["request_id"], "JKJaXmPLvHcESHA=");
        }
    }
}

/// Checks that the document describes the response: operation, status, media type and schema.
fn assert_as_documented(method: &str, path: &str, answer: &Answer) {
    let is_template_of = |template: &str| {
        let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len()
            && template.iter().zip(&path).all(|(t, p)| (t.starts_with('{') && !p.is_empty()) || t == p)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let template = paths.iter().find(|(template, _)| is_template_of(template));
    let Some((path, operation)) = template.and_then(|(path, item)| Some((path, item.get(method)?))) else {
        assert!(matches!(answer.status, 404 | 405), "{method} {path} is not documented: {}", answer.text);
        return;
    };
    let documented = &operation["responses"][answer.status.to_string()];
    assert!(documented.is_object(), "{method} {path} does not document {}: {}", answer.status, answer.text);
    let Some(contents) = documented["content"].as_object() else { return };
    let content_type = answer.headers["content-type"].to_str().unwrap().split(';').next().unwrap();
    let Some(content) = contents.get(content_type) else {
        panic!("{method} {path} does not document {content_type}: {}", answer.text)
    };
    if content_type == "text/csv" {
        return;
    }
    let shape = format!("{method} {path} {} {content_type}", answer.status);
    let mut validators = VALIDATORS.lock().unwrap();
    let validator = validators.entry(shape).or_insert_with(|| {
        let mut schema = content["schema"].clone();
        schema["components"] = DOCUMENT["components"].clone();
        jsonschema::draft202012::new(&schema).unwrap()
    });
    let errors: Vec<_> =
        validator.iter_errors(&answer.body).map(|e| format!("{} at {}", e, e.instance_path())).collect();
    drop(validators);
    assert!(errors.is_empty(), "{method} {path}: {errors:?} in {}", answer.text);
}
