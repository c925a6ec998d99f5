//! Hostile input: no request causes a 5xx, and no response repeats a secret.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::app::{App, Who, event};
use crate::seed;

const SECRET: &str = "dop_v1_5ec2e7c0ffee5ec2e7c0ffee5ec2e7c0ffee";
const NEEDLE: &str = "5ec2e7";

const PATHS: [&str; 21] = [
    "/inventory/resources",
    "/inventory/events",
    "/inventory/summary",
    "/inventory/findings",
    "/inventory/projects",
    "/sync",
    "/accounts",
    "/inventory/resources/main/droplet/1001",
    "/inventory/resources/main/droplet/1001/events",
    "/inventory/projects/main/acme-project",
    "/sync/droplets/confirm",
    "/billing/balances",
    "/billing/cost-lines",
    "/billing/tie-out",
    "/billing/invoices/acme-invoice/rematch",
    "/sagas",
    "/sagas/plan",
    "/sagas/0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11/ledger",
    "/sagas/0d9f86a2-3c44-4b0e-9d3a-5a4c8f6f9a11/cancel",
    "/provisioning/dns",
    "/health",
];
const NAMES: [&str; 19] = [
    "account", "kind", "status", "project", "tenant", "q", "deleted", "since", "type", "rule", "limit", "cursor",
    "worker", "period", "from", "to", "match", "secret", SECRET,
];

fn hostile_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,40}",
        Just(SECRET.to_owned()),
        Just("%".to_owned()),
        Just("%ff%00".to_owned()),
        Just("{\"<>\\^`|}".to_owned()),
        Just(format!("a&{SECRET}=1&b")),
        "[a-z0-9%+&=#?/.:-]{0,60}",
    ]
}

/// Headers as a caller may send them. A URI could be built from the first three.
fn headers() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        Just("host".to_owned()),
        Just("x-forwarded-proto".to_owned()),
        Just("X-Forwarded-Proto".to_owned()),
        Just("content-type".to_owned()),
        Just("accept".to_owned()),
        Just("authorization".to_owned()),
        "[a-zA-Z-]{1,20}",
        hostile_text(),
    ];
    let value = prop_oneof![
        hostile_text(),
        Just("text/csv".to_owned()),
        Just("a b".to_owned()),
        Just("[::".to_owned()),
        Just("x:99999999".to_owned())
    ];
    prop::collection::vec((name, value), 0..4)
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        hostile_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let field = prop_oneof![
            Just("account".to_owned()),
            Just("name".to_owned()),
            Just("secret".to_owned()),
            Just("status".to_owned()),
            Just("tenant_id".to_owned()),
            Just("tenant_from".to_owned()),
            Just("project_id".to_owned()),
            Just("kind".to_owned()),
            Just("purpose".to_owned()),
            Just("hold_id".to_owned()),
            Just("type".to_owned()),
            Just("steps".to_owned()),
            Just("step".to_owned()),
            Just("inputs".to_owned()),
            Just("dns_domain".to_owned()),
            Just("reason".to_owned()),
            hostile_text(),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(field, inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn body() -> impl Strategy<Value = String> {
    prop_oneof![json_value().prop_map(|value| value.to_string()), hostile_text()]
}

#[test]
fn fuzzed_requests_cause_no_crash_and_leak_no_secret() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(async {
        let app = App::start().await;
        seed::two_tenants(&app.table.table).await;
        app
    });
    let config = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    let query = prop::collection::vec((prop::sample::select(&NAMES[..]), hostile_text()), 0..4);
    let method = prop::sample::select(&["GET", "POST", "PATCH", "PUT", "HEAD"][..]);
    let who = prop::sample::select(&[Who::Admin, Who::Tenant("acme"), Who::NoRole, Who::Anonymous][..]);
    let path = prop::sample::select(&PATHS[..]);
    proptest!(config, |(query in query, method in method, who in who, path in path, tail in hostile_text(), body in body(), lengthen in any::<bool>(), headers in headers(), domain in prop::option::of(hostile_text()))| {
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut sent = event(who, method, "", Some(body));
        sent["rawPath"] = format!("/api/v1{path}{}", if lengthen { format!("/{tail}") } else { String::new() }).into();
        sent["rawQueryString"] = query.join("&").into();
        for (name, value) in headers {
            sent["headers"][name] = value.into();
        }
        if let Some(domain) = domain {
            sent["requestContext"]["domainName"] = domain.into();
        }
        let shown = sent.to_string();
        let answer = runtime.block_on(app.deliver(sent));
        prop_assert!(answer.status < 500, "{shown}: {}", answer.text);
        let headers = format!("{:?}", answer.headers);
        prop_assert!(!answer.text.contains(NEEDLE) && !headers.contains(NEEDLE), "{shown}: {} {headers}", answer.text);
    });
}

#[test]
fn headers_that_are_no_valid_uri_cause_no_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let app = App::start().await;
        let target = "/api/v1/accounts";
        for header in ["x-forwarded-proto", "X-Forwarded-Proto", "host", "x-other", "cookie"] {
            for value in ["a b", "", "http://", "é", "[::", "x:99999999", "\u{0}", SECRET] {
                let mut sent = event(Who::Admin, "GET", target, None);
                sent["headers"][header] = value.into();
                assert_eq!(app.deliver(sent).await.status, 200, "{header}: {value}");
            }
        }
        for (place, value) in
            [("domainName", json!("a b")), ("domainName", json!(null)), ("domainName", json!("x:0:1"))]
        {
            let mut sent = event(Who::Admin, "GET", target, None);
            sent["requestContext"][place] = value;
            assert_eq!(app.deliver(sent).await.status, 200);
        }
        for path in ["", ":99999999", "@", "accounts", "//", "http://x y/"] {
            let mut sent = event(Who::Admin, "GET", target, None);
            sent["rawPath"] = path.into();
            assert_eq!(app.deliver(sent).await.status, 404, "{path}");
        }
        let mut sent = event(Who::Admin, "GET", target, None);
        sent["headers"] = Value::Null;
        assert_eq!(app.deliver(sent).await.status, 200);
    });
}

#[test]
fn malformed_claims_are_refused_without_a_server_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let app = App::start().await;
        for claims in [
            json!({}),
            json!({ "cognito:groups": null }),
            json!({ "custom:tenant_id": 5 }),
            json!({ "custom:tenant_id": ["acme"] }),
        ] {
            let mut sent = event(Who::NoRole, "GET", "/api/v1/inventory/resources", None);
            sent["requestContext"]["authorizer"]["jwt"]["claims"] = claims.clone();
            let answer = app.deliver(sent).await;
            let expected = if claims["custom:tenant_id"] == 5 { 200 } else { 403 };
            assert_eq!(answer.status, expected, "{claims}");
        }
    });
}
