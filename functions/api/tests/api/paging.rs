//! Every resource is listed exactly once, whatever the page size.

use std::collections::BTreeSet;

use domain::{AccountStatus, Scope};
use proptest::prelude::*;
use serde_json::json;
use store::ResourceFilter;

use crate::app::{App, Who, cursor_key, scope};
use crate::seed;

async fn walk(app: &App, who: Who, query: &str, limit: usize) -> Vec<String> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    for _ in 0..500 {
        let page = app.get(who, &format!("/inventory/resources?limit={limit}{query}{cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.all("name").len() <= limit);
        let data = page.body["data"].as_array().unwrap();
        ids.extend(data.iter().map(|item| format!("{}/{}/{}", item["account"], item["kind"], item["provider_id"])));
        let Some(next) = page.body["next_cursor"].as_str() else { return ids };
        cursor = format!("&cursor={next}");
    }
    panic!("the list does not end");
}

#[test]
fn each_resource_is_listed_exactly_once() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() };
    let place = (0..2usize, 0..2usize, 0..3usize);
    proptest!(config, |(places in prop::collection::vec(place, 0..25), limit in 1..12usize)| {
        runtime.block_on(async {
            let app = App::start().await;
            let table = &app.table.table;
            for account in ["one", "two"] {
                seed::account(table, account, AccountStatus::Enabled).await;
                seed::project(table, account, &format!("{account}-a"), Some("acme")).await;
                seed::project(table, account, &format!("{account}-b"), Some("beta")).await;
            }
            let (mut all, mut own) = (BTreeSet::new(), BTreeSet::new());
            for (number, (account, kind, project)) in places.iter().enumerate() {
                let (account, kind) = (["one", "two"][*account], ["droplet", "dns_zone"][*kind]);
                let project = [Some("a"), Some("b"), None][*project].map(|p| format!("{account}-{p}"));
                let id = format!("id-{number}");
                seed::resource(table, account, kind, &id, project.as_deref()).await;
                let id = format!("{}/{}/{}", json!(account), json!(kind), json!(id));
                if project.is_some_and(|p| p.ends_with("-a")) {
                    own.insert(id.clone());
                }
                all.insert(id);
            }
            for (who, expected) in [(Who::Admin, &all), (Who::Tenant("acme"), &own)] {
                let listed = walk(&app, who, "", limit).await;
                assert_eq!(listed.len(), expected.len());
                assert_eq!(&listed.into_iter().collect::<BTreeSet<_>>(), expected);
            }
            let droplets = walk(&app, Who::Tenant("acme"), "&kind=droplet", limit).await;
            assert!(droplets.iter().all(|id| id.contains("droplet")));
            assert_eq!(droplets.len(), own.iter().filter(|id| id.contains("droplet")).count());
        });
    });
}

#[tokio::test]
async fn a_cursor_is_refused_under_another_scope_list_or_filter() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    let page = app.get(Who::Tenant("beta"), "/inventory/resources?limit=1").await;
    let cursor = page.body["next_cursor"].as_str().unwrap().to_owned();
    let list = format!("/inventory/resources?cursor={cursor}");
    assert_eq!(app.get(Who::Tenant("beta"), &list).await.status, 200);
    assert_eq!(app.get(Who::Tenant("beta"), &format!("{list}&limit=200")).await.status, 200);
    let refused = [
        (Who::Tenant("acme"), list.clone()),
        (Who::Admin, list.clone()),
        (Who::Tenant("beta"), format!("{list}&kind=droplet")),
        (Who::Tenant("beta"), format!("/inventory/projects?cursor={cursor}")),
        (Who::Tenant("beta"), format!("/inventory/resources/main/droplet/beta-2001/events?cursor={cursor}")),
    ];
    for (who, path) in refused {
        let answer = app.get(who, &path).await;
        assert_eq!((answer.status, &answer.body["type"]), (400, &json!("urn:arcadia:problem:bad-cursor")), "{path}");
    }
}

#[tokio::test]
async fn a_cursor_with_a_forged_position_reads_no_other_tenants_data() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    seed::resource(&app.table.table, "main", "droplet", "1002", Some("acme-project")).await;
    let page = app.get(Who::Tenant("acme"), "/inventory/resources?limit=1").await;
    let binding = cursor_key().binding(&scope("acme"), "resources", &ResourceFilter::default());
    let _: serde_json::Value = binding.open(page.body["next_cursor"].as_str().unwrap()).unwrap();
    let positions = [
        json!({ "partition": "PROJECT#main#beta-project", "after": null }),
        json!({ "partition": "PROJECT#main#beta-project", "after": "droplet#1" }),
        json!({ "partition": "", "after": "droplet#beta-2000" }),
        json!({ "partition": "PROJECT#main#acme-project", "after": "" }),
        json!({ "partition": "PROJECT#main#acme-project", "after": "#" }),
        json!({ "partition": "PROJECT#main#acme-project", "after": "x".repeat(1_500) }),
        json!({ "partition": "KIND#main#droplet", "after": "1" }),
        json!({ "partition": "\u{0}", "after": "\u{0}" }),
        json!(7),
        json!(null),
    ];
    for position in positions {
        let forged = binding.seal(&position).unwrap();
        let answer = app.get(Who::Tenant("acme"), &format!("/inventory/resources?cursor={forged}")).await;
        assert!(matches!(answer.status, 200 | 400), "{position}: {}", answer.text);
        assert!(!answer.text.contains("beta"), "{position}: {}", answer.text);
    }
    // The same for the admin, whose partitions begin at ids.
    let page = app.get(Who::Admin, "/inventory/resources?limit=1").await;
    let binding = cursor_key().binding(&Scope::Platform, "resources", &ResourceFilter::default());
    let mut forged: serde_json::Value = binding.open(page.body["next_cursor"].as_str().unwrap()).unwrap();
    for after in ["", "\u{0}", &"x".repeat(1_400)] {
        forged["after"] = after.into();
        let forged = binding.seal(&forged).unwrap();
        let answer = app.get(Who::Admin, &format!("/inventory/resources?cursor={forged}")).await;
        assert!(matches!(answer.status, 200 | 400), "{after:?}: {}", answer.text);
    }
}

/// Cursors were plain JSON in an earlier version, so anyone could read and forge them.
#[tokio::test]
async fn an_unencrypted_cursor_is_refused() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    let page = app.get(Who::Tenant("beta"), "/inventory/resources?limit=1").await;
    let sealed = URL_SAFE_NO_PAD.decode(page.body["next_cursor"].as_str().unwrap()).unwrap();
    let position = json!({ "partition": "PROJECT#main#beta-project", "after": "droplet#beta-2000" }).to_string();
    let plain = [&sealed[..1], position.as_bytes()].concat();
    let (mut shortened, mut changed) = (sealed.clone(), sealed);
    shortened.pop();
    *changed.last_mut().unwrap() ^= 1;
    for forged in [position.into_bytes(), plain, shortened, changed] {
        let forged = URL_SAFE_NO_PAD.encode(forged);
        let answer = app.get(Who::Tenant("beta"), &format!("/inventory/resources?cursor={forged}")).await;
        assert_eq!((answer.status, &answer.body["type"]), (400, &json!("urn:arcadia:problem:bad-cursor")), "{forged}");
    }
}
