//! After all other scenarios: no token is stored outside Secrets Manager, no cursor reveals a key,
//! and every log line names its worker, request and account.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::answer::text;
use crate::harness::scenarios;
use crate::input_cases;
use crate::logs;
use crate::world::{TenantCursor, World};

scenarios![
    no_token_is_in_the_table,
    no_token_is_in_any_log,
    no_token_is_in_any_answer,
    no_cursor_of_a_tenant_tells_what_is_in_it,
    every_log_line_names_its_worker_and_account,
];

/// Asserts that a text has no token in it, without printing one.
#[track_caller]
fn expect_clean(world: &World, what: &str, text: &str) {
    let mut tokens = world.tokens();
    // Sent to the API in many places where none belongs.
    tokens.push(input_cases::TOKEN.to_owned());
    for token in tokens {
        if let Some(at) = text.find(&token) {
            let from = text.floor_char_boundary(at.saturating_sub(200));
            panic!("a token is in {what}, after: {}", &text[from..at]);
        }
    }
}

async fn no_token_is_in_the_table(world: &World) {
    let mut start = Value::Null;
    let (mut items, mut of_sagas, mut of_bills) = (0, 0, 0);
    loop {
        let mut wanted = json!({ "TableName": world.info().table });
        if !start.is_null() {
            wanted["ExclusiveStartKey"] = start;
        }
        let mut page = world.aws("dynamodb", "scan", wanted).await;
        for item in page["Items"].as_array().unwrap() {
            items += 1;
            let key = item["pk"]["S"].as_str().unwrap_or_default();
            of_sagas += u32::from(key.starts_with("SAGA#"));
            of_bills += u32::from(key.starts_with("INVOICES#"));
            expect_clean(world, "an item of the table", &item.to_string());
        }
        start = page["LastEvaluatedKey"].take();
        if start.is_null() {
            break;
        }
    }
    assert!(items > 20 && of_sagas > 20 && of_bills > 20, "{items} items, {of_sagas} of sagas, {of_bills} of invoices");
}

async fn no_token_is_in_any_log(world: &World) {
    let emulator = std::fs::read_to_string(world.log()).unwrap();
    expect_clean(world, "the emulator's log", &emulator);
    for group in logs::groups(world).await {
        for line in logs::lines(world, &group).await {
            expect_clean(world, &group, &line);
        }
    }
}

async fn no_token_is_in_any_answer(world: &World) {
    let paths =
        ["accounts", "sync", "inventory/resources?limit=200", "billing/invoices", "billing/cost-lines?period=2026-04"];
    for path in paths {
        world.get(path).await;
    }
    let sagas = world.list("sagas").await;
    assert!(sagas.len() > 20, "there are {} sagas", sagas.len());
    for saga in sagas {
        let saga = format!("sagas/{}", text(&saga, "id"));
        world.get(&saga).await;
        world.list(&format!("{saga}/ledger")).await;
    }
    world.answers().iter().for_each(|answer| expect_clean(world, "an answer of the API", answer));
}

/// A cursor holds the key of the last item that was read, which may be another tenant's.
async fn no_cursor_of_a_tenant_tells_what_is_in_it(world: &World) {
    let mut ids = BTreeSet::new();
    for list in ["inventory/resources", "inventory/resources?deleted=true", "inventory/projects"] {
        for row in world.list(list).await {
            for field in ["provider_id", "id", "name", "kind", "account", "project_id", "tenant_id"] {
                // A shorter one may stand in random bytes by chance.
                ids.extend(row[field].as_str().filter(|id| id.len() >= 5).map(str::to_owned));
            }
        }
    }
    let cursors = world.tenant_cursors();
    assert!(ids.len() > 100 && cursors.len() > 20, "{} ids, {} cursors", ids.len(), cursors.len());
    for TenantCursor { tenant, path, cursor } in cursors {
        let bytes = URL_SAFE_NO_PAD.decode(&cursor).expect("a cursor is base64url");
        let text = String::from_utf8_lossy(&bytes);
        let told: Vec<_> = ids.iter().filter(|id| text.contains(id.as_str())).collect();
        assert!(told.is_empty(), "a cursor of {path} tells {tenant} of {told:?}");
        assert!(serde_json::from_slice::<Value>(&bytes).is_err() && !text.contains("\"position\""), "{path}: {text}");
    }
}

async fn every_log_line_names_its_worker_and_account(world: &World) {
    let mut of_an_account = 0;
    for worker in ["droplets", "domains", "projects", "invoice-ingest", "execute", "compensate", "reconcile"] {
        let group = format!("/aws/lambda/{}-{worker}", world.info().stack);
        for line in logs::lines(world, &group).await {
            let entry: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{group}: {error}: {line}"));
            // Begun by no request: the start of the function. Metrics are of a worker, not of a
            // request.
            if entry["message"] == "ready" || entry["_aws"].is_object() {
                continue;
            }
            assert_eq!(entry["worker"], worker, "{line}");
            assert!(entry["request_id"].is_string() || entry["run_id"].is_string(), "{line}");
            if entry["run_id"].is_string() {
                assert!(entry["account"].is_string(), "{line}");
                of_an_account += 1;
            }
            let message_alone = ["sweep complete", "sweep not complete", "message deferred"];
            if message_alone.iter().any(|message| entry["message"] == *message) {
                assert!(entry["request_id"].is_string() && entry["account"].is_string(), "{line}");
            }
        }
    }
    assert!(of_an_account > 0, "no line is about an account");
    for api in ["api", "provisioning-api"] {
        let group = format!("/aws/lambda/{}-{api}", world.info().stack);
        for line in logs::lines(world, &group).await {
            let entry: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{group}: {error}: {line}"));
            assert!(entry["message"] == "ready" || entry["request_id"].is_string(), "{line}");
        }
    }
}
