//! Findings as admins and tenants see them.

use domain::{AccountStatus, Interval, Resource, ResourceFacts, SweepStatus, TenantId};
use inventory::findings::RULES;
use serde_json::{Value, json};
use store::{AuditEntry, ResourceWrite, Table};

use crate::app::{Answer, App, DOCUMENT, Who, time};
use crate::seed;

/// Builds a resource with these facts and a name without writing it.
fn row(kind: &str, id: &str, project: Option<&str>, facts: Value) -> Resource {
    let row = seed::row("main", kind, id, project);
    let mut whole = json!({ "name": row.facts.name });
    whole.as_object_mut().unwrap().append(&mut serde_json::from_value(facts).unwrap());
    let facts: ResourceFacts = serde_json::from_value(whole).unwrap();
    Resource { fingerprint: facts.fingerprint(), facts, ..row }
}

async fn put(table: &Table, kind: &str, id: &str, project: Option<&str>, facts: Value) -> Resource {
    seed::insert(table, row(kind, id, project, facts)).await
}

fn usd(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

fn droplet(status: &str, tags: &[&str], features: &[&str]) -> Value {
    json!({ "status": status, "tags": tags, "price_monthly": usd("24.00"), "attrs": { "features": features } })
}

/// Creates one finding for each rule, spread over two tenants, and resources without findings. The
/// firewalls have no owner; one covers a droplet of `acme` by its tag.
async fn app_with_findings() -> App {
    let app = App::start().await;
    let table = &app.table.table;
    seed::account(table, "main", AccountStatus::Enabled).await;
    for (project, tenant) in [("acme-project", "acme"), ("beta-project", "beta")] {
        seed::project(table, "main", project, Some(tenant)).await;
    }
    let (acme, beta) = (Some("acme-project"), Some("beta-project"));
    let attrs = |attrs: Value| json!({ "price_monthly": usd("10.00"), "attrs": attrs });
    put(table, "volume", "v-loose", acme, attrs(json!({ "size_gigabytes": 100, "droplet_ids": [] }))).await;
    put(table, "volume", "v-used", acme, attrs(json!({ "droplet_ids": [1001] }))).await;
    put(table, "floating_ip", "192.0.2.7", beta, json!({ "status": "unassigned", "price_monthly": usd("5.00") })).await;
    put(table, "load_balancer", "beta-lb", beta, attrs(json!({ "droplet_ids": [] }))).await;
    let snapshot = json!({ "created_at": "2026-01-01T00:00:00Z", "price_monthly": usd("0.1416") });
    put(table, "snapshot", "s-old", acme, snapshot).await;
    let certificate = json!({ "attrs": { "type": "custom", "not_after": "2026-04-20T12:00:00Z" } });
    put(table, "certificate", "beta-cert", beta, certificate).await;
    put(table, "droplet", "1001", acme, droplet("active", &["web"], &["backups"])).await;
    put(table, "droplet", "1002", acme, droplet("off", &["web"], &[])).await;
    put(table, "droplet", "beta-2001", beta, droplet("active", &[], &["backups"])).await;
    put(table, "firewall", "secret-firewall", None, attrs(json!({ "droplet_ids": [], "tags": ["web"] }))).await;
    seed::sweep_all(table, "main", time("2026-04-12T11:50:00Z")).await;
    app
}

/// `rule id`, in the order of the answer.
fn found(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.all("rule").iter().zip(answer.all("provider_id")).map(|(rule, id)| format!("{rule} {id}")).collect()
}

const ALL: [&str; 8] = [
    "powered_off_droplet 1002",
    "load_balancer_without_backends beta-lb",
    "unattached_volume v-loose",
    "unassigned_reserved_ip 192.0.2.7",
    "old_snapshot s-old",
    "certificate_near_expiry beta-cert",
    "droplet_without_backups 1002",
    "droplet_without_firewall beta-2001",
];

#[tokio::test]
async fn the_most_expensive_finding_is_first_and_each_has_an_explanation() {
    let app = app_with_findings().await;
    let answer = app.get(Who::Admin, "/inventory/findings").await;
    assert_eq!(found(&answer), ALL);
    assert_eq!(answer.body["total_price_monthly"], usd("49.1416"));
    assert_eq!((&answer.body["skipped"], &answer.body["complete"]), (&json!([]), &json!(true)));
    assert_eq!(answer.body["as_of"], "2026-04-12T11:50:00Z");
    let snapshot = json!({
        "rule": "old_snapshot", "account": "main", "kind": "snapshot", "provider_id": "s-old", "name": "name-of-s-old",
        "project_id": "acme-project", "project_name": "name-of-acme-project", "tenant_id": "acme",
        "price_monthly": usd("0.1416"), "since": "2026-04-01T00:00:00Z", "age_days": 101,
        "why": "The snapshot was taken 101 days ago; those older than 90 days are seldom needed."
    });
    assert_eq!(answer.body["data"][4], snapshot);
    let firewall = &answer.body["data"][7];
    assert_eq!((&firewall["price_monthly"], &firewall["since"]), (&json!(null), &json!(null)), "nothing is saved");
}

#[tokio::test]
async fn a_tenant_sees_its_own_findings_and_no_firewall_of_the_platform() {
    let app = app_with_findings().await;
    let acme = app.get(Who::Tenant("acme"), "/inventory/findings").await;
    let own =
        ["powered_off_droplet 1002", "unattached_volume v-loose", "old_snapshot s-old", "droplet_without_backups 1002"];
    assert_eq!(found(&acme), own, "each of its droplets has a firewall");
    assert_eq!(acme.body["total_price_monthly"], usd("34.1416"));
    assert!(!acme.text.contains("beta") && !acme.text.contains("firewall"), "{}", acme.text);
    let beta = app.get(Who::Tenant("beta"), "/inventory/findings").await;
    assert_eq!(found(&beta).len() + own.len(), ALL.len());
    assert!(!beta.text.contains("acme") && !beta.text.contains("1002"), "{}", beta.text);
    let gamma = app.get(Who::Tenant("gamma"), "/inventory/findings").await;
    assert_eq!((found(&gamma), &gamma.body["total_price_monthly"]), (Vec::new(), &usd("0.00")));
    assert_eq!(gamma.body["skipped"], json!([]));
}

/// The claiming tenant does not see the project that contains the resource.
#[tokio::test]
async fn a_claimed_resource_gives_findings_to_the_claiming_tenant() {
    let app = app_with_findings().await;
    let table = &app.table.table;
    let facts = json!({ "status": "unassigned", "price_monthly": usd("5.00") });
    let row = put(table, "floating_ip", "192.0.2.8", Some("beta-project"), facts).await;
    let acme = TenantId::new("acme").unwrap();
    let tenant_claims = vec![Interval { value: Some(acme), from: seed::long_ago(), until: None }];
    let claimed = Resource { version: 2, tenant_claims, ..row };
    let write = ResourceWrite { before: Some(1), row: claimed, events: Vec::new() };
    let audit = AuditEntry {
        id: "claim".to_owned(),
        at: seed::long_ago(),
        actor: "seed".to_owned(),
        action: "seed".to_owned(),
        target: "main/floating_ip/192.0.2.8".to_owned(),
        values: json!({}),
    };
    table.claim_resource(&write, None, &audit).await.unwrap();

    let path = "/inventory/findings?rule=unassigned_reserved_ip";
    let own = app.get(Who::Tenant("acme"), path).await;
    assert_eq!(found(&own), ["unassigned_reserved_ip 192.0.2.8"]);
    let whose = |answer: &Answer| {
        let data = answer.body["data"].as_array().unwrap();
        data.iter()
            .find(|row| row["provider_id"] == "192.0.2.8")
            .map(|row| (row["tenant_id"].clone(), row["project_id"].clone(), row["project_name"].clone()))
    };
    assert_eq!(whose(&own), Some((json!("acme"), json!(null), json!(null))));
    assert_eq!(whose(&app.get(Who::Tenant("beta"), path).await), None);
    let project = (json!("acme"), json!("beta-project"), json!("name-of-beta-project"));
    assert_eq!(whose(&app.get(Who::Admin, path).await), Some(project));
}

#[tokio::test]
async fn an_unreadable_list_skips_the_rule_instead_of_finding_all() {
    let app = app_with_findings().await;
    let table = &app.table.table;
    seed::sweep(table, "main", "firewall", SweepStatus::NotVisible, time("2026-04-12T11:59:00Z")).await;
    seed::account(table, "unread", AccountStatus::Enabled).await;
    seed::resource(table, "unread", "droplet", "9", None).await;
    seed::sweep(table, "unread", "tag", SweepStatus::Complete, time("2026-04-12T11:00:00Z")).await;
    seed::sweep(table, "unread", "droplet", SweepStatus::Complete, time("2026-04-12T09:00:00Z")).await;

    let skipped = |account: &str, kind: &str, reason: &str| json!({ "rule": "droplet_without_firewall", "account": account, "kind": kind, "reason": reason });
    let answer = app.get(Who::Admin, "/inventory/findings?rule=droplet_without_firewall").await;
    assert_eq!((found(&answer), &answer.body["complete"]), (Vec::new(), &json!(false)));
    let both = [skipped("main", "firewall", "not_visible"), skipped("unread", "droplet", "stale")];
    assert_eq!(answer.body["skipped"], json!(both));
    // A tenant sees skipped rules of its own account only.
    let beta = app.get(Who::Tenant("beta"), "/inventory/findings").await;
    assert!(!found(&beta).iter().any(|finding| finding.starts_with("droplet_without_firewall")));
    assert_eq!(beta.body["skipped"], json!([skipped("main", "firewall", "not_visible")]));
    // Every other rule is still evaluated if the lists that it depends on are complete.
    let main = app.get(Who::Admin, "/inventory/findings?account=main").await;
    assert_eq!(found(&main), ALL[..7]);
    let unread = app.get(Who::Admin, "/inventory/findings?account=unread").await;
    assert_eq!((found(&unread).len(), unread.body["skipped"].as_array().unwrap().len()), (0, RULES.len()));
}

#[tokio::test]
async fn filters_also_apply_to_the_total() {
    let app = app_with_findings().await;
    let cases: [(Who, &str, &[usize], &str); 9] = [
        (Who::Admin, "?rule=unattached_volume", &[2], "10.00"),
        (Who::Admin, "?tenant=acme", &[0, 2, 4, 6], "34.1416"),
        (Who::Admin, "?project=beta-project", &[1, 3, 5, 7], "15.00"),
        (Who::Admin, "?account=main&tenant=beta&rule=unassigned_reserved_ip", &[3], "5.00"),
        (Who::Admin, "?account=nowhere", &[], "0.00"),
        (Who::Admin, "?limit=1", &[0], "49.1416"),
        (Who::Tenant("acme"), "?tenant=beta", &[], "0.00"),
        (Who::Tenant("acme"), "?project=beta-project", &[], "0.00"),
        (Who::Tenant("acme"), "?project=acme-project", &[0, 2, 4, 6], "34.1416"),
    ];
    for (who, query, expected, total) in cases {
        let answer = app.get(who, &format!("/inventory/findings{query}")).await;
        let expected: Vec<_> = expected.iter().map(|place| ALL[*place]).collect();
        assert_eq!(
            (found(&answer), &answer.body["total_price_monthly"]),
            (expected.into_iter().map(str::to_owned).collect(), &usd(total)),
            "{who:?} {query}"
        );
    }
    let unknown = app.get(Who::Admin, "/inventory/findings?rule=unattached_volumes").await;
    assert_eq!((unknown.status, unknown.pointers()), (400, vec!["#/query/rule"]));
}

#[tokio::test]
async fn pages_of_any_size_give_each_finding_once_in_order() {
    let app = app_with_findings().await;
    for limit in 1..=9 {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        for _ in ALL {
            let page = app.get(Who::Admin, &format!("/inventory/findings?limit={limit}{cursor}")).await;
            all.extend(found(&page));
            let Some(next) = page.body["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(all, ALL, "{limit}");
    }
    let page = app.get(Who::Tenant("acme"), "/inventory/findings?limit=1").await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    for (who, query) in [(Who::Tenant("beta"), ""), (Who::Admin, ""), (Who::Tenant("acme"), "&rule=old_snapshot")] {
        let answer = app.get(who, &format!("/inventory/findings?cursor={cursor}{query}")).await;
        assert_eq!((answer.status, &answer.body["type"]), (400, &json!("urn:arcadia:problem:bad-cursor")));
    }
}

#[tokio::test]
async fn findings_are_available_as_csv() {
    let app = app_with_findings().await;
    let answer = app.get_csv(Who::Admin, "/inventory/findings?rule=unattached_volume").await;
    let expected = "rule,account,kind,provider_id,name,project_id,project_name,tenant_id,price_monthly.amount,\
        price_monthly.currency,since,age_days,why\r\n\
        unattached_volume,main,volume,v-loose,name-of-v-loose,acme-project,name-of-acme-project,acme,10.00,USD,,,\
        \"The volume of 100 GiB is attached to no droplet, and is billed all the same.\"\r\n";
    assert_eq!((answer.status, answer.text.as_str()), (200, expected));
    assert_eq!(answer.headers["x-complete"], "true");
}

#[test]
fn the_document_names_every_rule() {
    let parameters = DOCUMENT["paths"]["/api/v1/inventory/findings"]["get"]["parameters"].as_array().unwrap();
    let rule = parameters.iter().find(|parameter| parameter["name"] == "rule").unwrap();
    for known in RULES {
        assert!(rule["description"].as_str().unwrap().contains(&format!("`{}`", known.name)), "{}", known.name);
    }
}
