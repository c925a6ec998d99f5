//! Registration and changes of accounts.

use domain::AccountStatus;
use serde_json::json;

use crate::app::{App, Who};
use crate::seed;

const TOKEN: &str = "dop_v1_5ec2e7c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2e7c0ffee5ec2";

#[tokio::test]
async fn an_account_is_registered_once() {
    let app = App::start().await;
    let body = json!({ "account": "main", "name": "Main team" });
    let first = app.post(Who::Admin, "/accounts", body.clone()).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(first.headers["location"], "/api/v1/accounts/main");
    assert_eq!(first.body["secret"], "arcadia/dev/do/main");
    assert_eq!(first.body["status"], "enabled");
    let again = app.post(Who::Admin, "/accounts", body).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let explicit = json!({ "account": "main", "name": "Main team", "secret": "arcadia/dev/do/main" });
    assert_eq!(app.post(Who::Admin, "/accounts", explicit).await.status, 200);
    for other in [
        json!({ "account": "main", "name": "Other" }),
        json!({ "account": "main", "name": "Main team", "secret": "arcadia/dev/do/x" }),
    ] {
        let answer = app.post(Who::Admin, "/accounts", other).await;
        assert_eq!((answer.status, &answer.body["type"]), (409, &json!("urn:arcadia:problem:account-exists")));
    }
    let list = app.get(Who::Admin, "/accounts").await;
    assert_eq!((list.all("account"), &list.body["complete"]), (vec!["main".to_owned()], &json!(true)));
    let audits = app.table.dump().await.into_iter().filter(|item| item.starts_with("AUDIT#")).collect::<Vec<_>>();
    assert_eq!(audits.len(), 1);
    assert!(audits[0].contains("account.register") && audits[0].contains("admin-1"), "{audits:?}");
}

#[tokio::test]
async fn an_invalid_registration_reports_every_field_and_stores_no_secret() {
    let app = App::start().await;
    let cases = [
        (
            json!({ "account": "Bad Slug", "name": "", "secret": "elsewhere/x" }),
            vec!["#/account", "#/name", "#/secret"],
        ),
        (json!({ "account": "main", "name": "x", "secret": "arcadia/dev/do/main/sync" }), vec!["#/secret"]),
        (json!({ "account": "main", "name": "x", "secret": TOKEN }), vec!["#/secret"]),
        (json!({ "account": "main", "name": "x", "secret": format!("arcadia/dev/do/{TOKEN}") }), vec!["#/secret"]),
        (json!({ "account": TOKEN, "name": TOKEN }), vec!["#/account", "#/name"]),
        (json!({ "account": "main" }), vec!["#/name"]),
        (json!({ "account": "main", "name": [TOKEN] }), vec!["#/name"]),
        (json!({ "account": "main", "name": "x", "token": TOKEN }), vec!["#/token"]),
        (json!({ "account": "main", "name": "x", TOKEN: 1 }), vec!["#"]),
    ];
    for (body, pointers) in cases {
        let answer = app.post(Who::Admin, "/accounts", body.clone()).await;
        assert_eq!((answer.status, answer.pointers()), (422, pointers), "{body}: {}", answer.text);
        assert!(!answer.text.contains("5ec2e7"), "{}", answer.text);
    }
    assert!(app.table.dump().await.is_empty());
}

#[tokio::test]
async fn an_account_is_paused_resumed_and_renamed() {
    let app = App::start().await;
    seed::account(&app.table.table, "main", AccountStatus::Enabled).await;
    for (body, status, name) in [
        (json!({ "status": "paused" }), "paused", "main team"),
        (json!({ "status": "paused" }), "paused", "main team"),
        (json!({ "name": "Renamed" }), "paused", "Renamed"),
        (json!({ "status": "enabled", "name": "Main" }), "enabled", "Main"),
    ] {
        let answer = app.patch(Who::Admin, "/accounts/main", body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!((answer.body["status"].as_str(), answer.body["name"].as_str()), (Some(status), Some(name)));
    }
    let bad = [(json!({}), "#"), (json!({ "status": "gone" }), "#/status"), (json!({ "name": " " }), "#/name")];
    for (body, pointer) in bad {
        let answer = app.patch(Who::Admin, "/accounts/main", body).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec![pointer]), "{}", answer.text);
    }
    assert_eq!(app.patch(Who::Admin, "/accounts/other", json!({ "name": "x" })).await.status, 404);
}

#[tokio::test]
async fn the_secret_base_name_may_change_only_within_the_deployments_prefix() {
    let app = App::start().await;
    seed::account(&app.table.table, "main", AccountStatus::Enabled).await;
    let other = "arcadia/dev/do/main-2";
    let changed = app.patch(Who::Admin, "/accounts/main", json!({ "secret": other })).await;
    assert_eq!((changed.status, changed.body["secret"].as_str()), (200, Some(other)), "{}", changed.text);
    let stored = app.table.table.account(&seed::account_id("main")).await.unwrap().unwrap();
    assert_eq!((stored.secret.as_str(), stored.version), (other, 2));
    for bad in ["", "main", "arcadia/prod/do/main", "arcadia/dev/do/main/sync", "arcadia/dev/do/Main", TOKEN] {
        let answer = app.patch(Who::Admin, "/accounts/main", json!({ "name": " ", "secret": bad })).await;
        assert_eq!((answer.status, answer.pointers()), (422, vec!["#/name", "#/secret"]), "{bad}: {}", answer.text);
        assert!(!answer.text.contains("5ec2e7"), "{}", answer.text);
    }
}
