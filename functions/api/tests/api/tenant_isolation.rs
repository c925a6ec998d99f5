//! No byte of one tenant's data reaches another tenant: every route of the document, every
//! parameter, in every media type.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::app::{Answer, App, DOCUMENT, Who, is_for_admins_only};
use crate::two_tenants::{TENANTS, TwoTenantFixture, fixture, other_tenant};

/// An operation of the document that requires a token.
struct Operation {
    method: String,
    /// The path below the root.
    path: String,
    /// The names of the query parameters.
    query: Vec<String>,
    forms: Vec<&'static str>,
    admins_only: bool,
}

fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if !operation["security"].is_array() {
                continue;
            }
            let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
            let query = parameters.iter().filter(|parameter| parameter["in"] == "query");
            let has_csv = operation["responses"]["200"]["content"]["text/csv"].is_object();
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.strip_prefix("/api/v1").unwrap().to_owned(),
                query: query.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect(),
                forms: if has_csv { vec!["application/json", "text/csv"] } else { vec!["application/json"] },
                admins_only: is_for_admins_only(operation),
            });
        }
    }
    operations
}

/// The values to send for a query parameter. An unknown parameter fails the test, because its
/// effect would stay untested.
fn values(name: &str, fixture: &TwoTenantFixture) -> Vec<String> {
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    match name {
        "account" => texts(&["main", "alpha-account", "omega-account"]),
        "kind" => {
            fixture.resources.iter().map(|thing| thing.kind.to_owned()).collect::<BTreeSet<_>>().into_iter().collect()
        }
        "project" => texts(&["alpha-project", "omega-project", "handed-0", "unowned-project"]),
        "tenant" => texts(&TENANTS),
        "q" => texts(&["alpha", "omega", "unowned", "a", "0"]),
        "status" => texts(&["active", "off", "rolled_back"]),
        "deleted" => texts(&["true", "false"]),
        "since" | "from" | "to" => texts(&["2026-01-01T00:00:00Z", "2026-04-12T09:30:00Z"]),
        "type" => texts(&["discovered", "updated", "deleted", "custom"]),
        "rule" => texts(&["powered_off_droplet", "unattached_volume"]),
        "period" => texts(&["2026-04", "2026-03-31"]),
        "match" => texts(&["matched", "unexplained"]),
        "worker" => texts(&["droplets"]),
        "limit" => texts(&["1"]),
        "cursor" => texts(&["nonsense"]),
        other => panic!("say what to ask the parameter {other} for"),
    }
}

/// The path for every item that its parameters may name, each with the owner of the item; without
/// an owner for paths that name no item.
fn targets(path: &str, fixture: &TwoTenantFixture) -> Vec<(String, Option<Option<&'static str>>)> {
    let things = match path {
        path if path.contains("{provider_id}") => &fixture.resources,
        path if path.starts_with("/sagas/{id}") => &fixture.sagas,
        path if path.contains("{id}") => &fixture.projects,
        path if path.contains("{uuid}") => &fixture.invoices,
        _ => {
            let target = path.replace("{worker}", "droplets").replace("{account}", "main");
            assert!(!target.contains('{'), "say what to put into {path}");
            return vec![(target, None)];
        }
    };
    let filled = |account: &str, kind: &str, id: &str| {
        let target = path.replace("{account}", account).replace("{kind}", kind);
        let target = target.replace("{provider_id}", id).replace("{uuid}", id).replace("{id}", id);
        assert!(!target.contains('{'), "say what to put into {path}");
        target
    };
    things.iter().map(|thing| (filled(&thing.account, thing.kind, &thing.id), Some(thing.owner))).collect()
}

/// The queries to send to an operation: none, each parameter alone with every value, and each
/// together with the other tenant's name. CSV has the same rows as JSON, so one value of each
/// parameter suffices.
fn queries(operation: &Operation, fixture: &TwoTenantFixture, other_tenant: &str, form: &str) -> Vec<String> {
    let mut queries = vec![String::new()];
    for name in &operation.query {
        let mut values = values(name, fixture);
        if form == "text/csv" {
            values.truncate(1);
        } else if name != "tenant" && operation.query.iter().any(|name| name == "tenant") {
            queries.push(format!("?{name}={}&tenant={other_tenant}", values[0]));
        }
        queries.extend(values.iter().map(|value| format!("?{name}={value}")));
    }
    queries
}

fn assert_leaks_nothing(own: &str, request: &str, answer: &Answer) {
    let received = format!("{} {:?}", answer.text, answer.headers).to_lowercase();
    for foreign in [other_tenant(own), "unowned"] {
        assert!(!received.contains(foreign), "{own} requested {request} and received {foreign}: {received}");
    }
}

#[tokio::test]
async fn no_byte_of_one_tenants_data_reaches_the_other() {
    let app = App::start().await;
    let fixture = fixture(&app).await;
    for own in TENANTS {
        let (who, other) = (Who::Tenant(own), other_tenant(own));
        let (mut received, mut expected_targets) = (BTreeSet::new(), BTreeSet::new());
        for operation in operations() {
            let Operation { method, path, forms, admins_only, .. } = &operation;
            let body = (method != "GET").then(|| json!({ "account": "main", "tenant_id": own }).to_string());
            for (form, (target, owner)) in
                forms.iter().flat_map(|form| targets(path, &fixture).into_iter().map(move |t| (form, t)))
            {
                // Operations on a single item have only paging parameters, which the test of pages
                // covers.
                let is_paged_at_most = operation.query.iter().all(|name| name == "limit" || name == "cursor");
                let queries = match owner {
                    Some(_) if is_paged_at_most => vec![String::new()],
                    _ => queries(&operation, &fixture, other, form),
                };
                for query in queries {
                    let request = format!("{target}{query}");
                    let answer = app.send_for(who, method, &request, body.clone(), form).await;
                    assert_leaks_nothing(own, &format!("{method} {request} as {form}"), &answer);
                    assert!(!admins_only || answer.status == 403, "{method} {request}: {}", answer.status);
                    if let (false, Some(owner)) = (*admins_only, owner) {
                        let expected = if owner == Some(own) { 200 } else { 404 };
                        assert_eq!(answer.status, expected, "{own}: {method} {request}");
                    }
                    if answer.text.contains(own) {
                        received.insert((path.clone(), *form));
                    }
                }
                if !admins_only {
                    expected_targets.insert((path.clone(), *form));
                }
            }
        }
        assert_eq!(received, expected_targets, "{own} does not receive its own data");
    }
}

#[tokio::test]
async fn pages_contain_all_own_data_and_cursors_are_valid_for_their_caller_only() {
    let app = App::start().await;
    let fixture = fixture(&app).await;
    for own in TENANTS {
        let (who, other) = (Who::Tenant(own), Who::Tenant(other_tenant(own)));
        let paged =
            |operation: &Operation| operation.query.iter().any(|name| name == "cursor") && !operation.admins_only;
        for operation in operations().iter().filter(|operation| paged(operation)) {
            for (target, _) in targets(&operation.path, &fixture) {
                let whole = app.get(who, &format!("{target}?limit=200")).await;
                if whole.status == 404 {
                    continue;
                }
                let whole = whole.body["data"].as_array().unwrap().clone();
                let (mut next, mut next_of_table) = (format!("{target}?limit=2"), format!("{target}?limit=2"));
                let (mut rows, mut table): (Vec<Value>, Vec<Vec<String>>) = (Vec::new(), Vec::new());
                loop {
                    let page = app.get(who, &next).await;
                    assert_leaks_nothing(own, &next, &page);
                    rows.extend(page.body["data"].as_array().unwrap().iter().cloned());
                    let csv = app.get_csv(who, &next_of_table).await;
                    assert_leaks_nothing(own, &next_of_table, &csv);
                    table.extend(csv.table().1);
                    let Some(link) = csv.next_link() else { break };
                    let cursor = page.body["next_cursor"].as_str().unwrap();
                    assert!(link.contains("cursor=") && link.contains("limit=2"), "{link}");
                    next = format!("{target}?limit=2&cursor={cursor}");
                    for (other_caller, foreign) in
                        [(other, &link), (Who::Admin, &link), (other, &next), (Who::Admin, &next)]
                    {
                        let refused = app.get(other_caller, foreign).await;
                        assert_eq!((refused.status, refused.pointers()), (400, vec!["#/query/cursor"]), "{foreign}");
                    }
                    next_of_table = link;
                }
                assert_eq!((rows.len(), table.len()), (whole.len(), whole.len()), "{target}");
                assert_eq!(rows, whole, "{target}");
            }
        }
    }
}

/// The tests above rely on this: there is data that could leak.
#[tokio::test]
async fn an_admin_sees_both_tenants() {
    let app = App::start().await;
    let fixture = fixture(&app).await;
    for path in
        ["/inventory/resources?limit=200", "/inventory/events?limit=200", "/inventory/projects", "/inventory/summary"]
    {
        for answer in [app.get(Who::Admin, path).await, app.get_csv(Who::Admin, path).await] {
            for needle in ["alpha", "omega", "unowned"] {
                assert!(answer.text.contains(needle) || path.ends_with("events"), "{path}: {needle}");
            }
        }
    }
    let listed = app.get(Who::Admin, "/inventory/resources?limit=200").await.all("provider_id");
    let live = fixture.resources.iter().filter(|thing| !thing.id.ends_with("-gone") && !thing.id.starts_with("700"));
    assert_eq!(listed.iter().collect::<BTreeSet<_>>(), live.map(|thing| &thing.id).collect());
}
