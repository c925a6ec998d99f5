//! Invalid requests and the problems that they get.

use serde_json::json;

use crate::app::{App, Who, event};
use crate::seed;

#[tokio::test]
async fn every_invalid_parameter_is_reported() {
    let app = App::start().await;
    let cases: [(&str, u16, &[&str]); 22] = [
        ("/inventory/resources?limit=0", 400, &["#/query/limit"]),
        ("/inventory/resources?limit=201", 400, &["#/query/limit"]),
        ("/inventory/resources?limit=-1", 400, &["#/query/limit"]),
        ("/inventory/resources?limit=ten", 400, &["#/query/limit"]),
        ("/inventory/resources?limit=", 400, &["#/query/limit"]),
        ("/inventory/resources?limit=1&limit=2", 400, &["#/query/limit"]),
        ("/inventory/resources?kinds=droplet", 400, &["#/query/kinds"]),
        (
            "/inventory/resources?account=A&kind=Droplet&tenant=*&deleted=yes&q=",
            400,
            &["#/query/account", "#/query/deleted", "#/query/kind", "#/query/q", "#/query/tenant"],
        ),
        ("/inventory/resources?cursor=nonsense", 400, &["#/query/cursor"]),
        (
            "/inventory/events?since=yesterday&type=gone&kind=Droplet",
            400,
            &["#/query/kind", "#/query/since", "#/query/type"],
        ),
        ("/inventory/events?since=2026-04-12T08:00:00+02:00", 400, &["#/query/since"]),
        ("/inventory/summary?kind=droplet", 400, &["#/query/kind"]),
        ("/inventory/resources?q=%zz", 400, &["#/query/q"]),
        ("/inventory/resources?q=%ff%fe", 400, &["#/query/q"]),
        ("/inventory/resources?%ff=1", 400, &["#/query"]),
        ("/inventory/projects?kind=droplet", 400, &["#/query/kind"]),
        ("/inventory/resources/BAD/droplet/1", 400, &["#/path/account"]),
        ("/inventory/resources/main/Droplet/a b", 400, &["#/path/kind", "#/path/provider_id"]),
        ("/inventory/resources/main/droplet/%zz", 400, &["#/path"]),
        ("/inventory/resources/main/droplet/1/events?before=5", 404, &[]),
        ("/nonsense", 404, &[]),
        ("/inventory/resources/main/droplet", 404, &[]),
    ];
    for (path, status, pointers) in cases {
        let answer = app.get(Who::Admin, path).await;
        if path.ends_with("before=5") {
            assert_eq!((answer.status, answer.pointers()), (400, vec!["#/query/before"]), "{path}");
            continue;
        }
        assert_eq!((answer.status, answer.pointers()), (status, pointers.to_vec()), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn an_invalid_body_gets_the_status_of_its_error() {
    let app = App::start().await;
    let accounts = |body: &str, content_type: Option<&str>| {
        let mut event = event(Who::Admin, "POST", "/api/v1/accounts", Some(body.to_owned()));
        event["headers"].as_object_mut().unwrap().remove("content-type");
        if let Some(content_type) = content_type {
            event["headers"]["content-type"] = content_type.into();
        }
        event
    };
    let json = Some("application/json; charset=utf-8");
    let long = format!(r#"{{"account":"main","name":"{}"}}"#, "x".repeat(20_000));
    let deep = "[".repeat(10_000);
    let good = r#"{"account":"main","name":"Main"}"#;
    let cases = [
        ("", json, 400),
        ("{", json, 400),
        (r#"{"account":"main",}"#, json, 400),
        ("{} {}", json, 400),
        (&deep, json, 400),
        ("null", json, 422),
        ("[]", json, 422),
        ("5", json, 422),
        (good, None, 415),
        (good, Some("text/plain"), 415),
        (good, Some("application/x-www-form-urlencoded"), 415),
        (&long, json, 413),
        (good, Some("application/merge-patch+json"), 201),
    ];
    for (body, content_type, status) in cases {
        let answer = app.deliver(accounts(body, content_type)).await;
        assert_eq!(answer.status, status, "{body:.40} {content_type:?}: {}", answer.text);
    }
    for (body, status) in [("/w==", 400), ("not base64!", 400), ("eyJhY2NvdW50IjoibWFpbiIsIm5hbWUiOiJNYWluIn0=", 200)] {
        let mut event = accounts(body, json);
        event["isBase64Encoded"] = true.into();
        assert_eq!(app.deliver(event).await.status, status, "{body}");
    }
}

#[tokio::test]
async fn an_unsupported_method_gets_the_supported_ones() {
    let app = App::start().await;
    let answer = app.send(Who::Admin, "DELETE", "/accounts", None).await;
    assert_eq!((answer.status, &answer.body["type"]), (405, &json!("urn:arcadia:problem:method-not-allowed")));
    let allowed = answer.headers["allow"].to_str().unwrap();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
}

#[tokio::test]
async fn every_log_line_has_its_request_id() {
    let app = App::start().await;
    // The subscriber is set for all threads. With a subscriber for this thread alone, call sites
    // that other tests reached first would stay disabled.
    let logs = runtime::fake::Logs::default();
    tracing::subscriber::set_global_default(logs.subscriber("info")).unwrap();
    app.get(Who::Admin, "/accounts").await;
    // A request that began before the subscriber was set has no span.
    let lines = logs.parsed();
    let whole = |line: &&serde_json::Value| line["request_id"] == "JKJaXmPLvHcESHA=" && line["worker"] == "api";
    assert!(lines.iter().filter(whole).any(|line| line["message"] == "answered"), "{lines:?}");
}

#[tokio::test]
async fn a_failing_table_gives_503_and_no_details() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    app.table.requests.reset();
    app.table.requests.crash_at(embedded_table::CrashPoint::Before(1));
    // The simulated crash before the first write makes this and every later request to the table
    // fail.
    let first = app.post(Who::Admin, "/accounts", json!({ "account": "new", "name": "New" })).await;
    assert_eq!(first.status, 503, "{}", first.text);
    let paths = [
        "/accounts",
        "/sync",
        "/inventory/resources",
        "/inventory/projects",
        "/inventory/resources/main/droplet/1001",
        "/inventory/events",
        "/inventory/findings",
        "/inventory/summary",
        "/billing/balance",
        "/billing/balances",
        "/billing/history",
        "/billing/invoices",
        "/billing/invoices/u1",
        "/billing/cost-lines?period=2026-04",
        "/billing/match-rate",
        "/billing/tie-out",
        "/billing/accrual",
    ];
    for path in paths {
        let answer = app.get_csv(Who::Admin, path).await;
        assert_eq!((answer.status, answer.headers.contains_key("retry-after")), (503, true), "{path}: {}", answer.text);
        assert!(!answer.text.contains("dead") && !answer.text.contains("arcadia/"), "{}", answer.text);
    }
    assert_eq!(
        app.get(Who::Anonymous, "/health").await.body,
        json!({ "status": "ok", "version": api::VERSION, "stage": "dev" })
    );
}
