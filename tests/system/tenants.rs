//! Access: a tenant reads only its own resources, and cursors serve only the caller that got them.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local::ApiUser;
use serde_json::{Value, json};

use crate::answer::{column, text};
use crate::harness::scenarios;
use crate::world::{TenantCursor, World};

scenarios![
    a_tenant_sees_its_own_and_nothing_else,
    a_cursor_serves_the_tenant_and_the_list_that_it_was_issued_for,
    what_only_admins_may_do_is_refused_to_tenants,
    without_a_good_token_only_health_and_the_document_are_open,
];

fn tenant(name: &str) -> ApiUser {
    ApiUser::Tenant(name.to_owned())
}

async fn project(world: &World, name: &str) -> String {
    let projects = world.list("inventory/projects?account=demo").await;
    let project = projects.iter().find(|project| project["name"] == name).expect("the project is mirrored");
    format!("inventory/projects/demo/{}", text(project, "id"))
}

async fn assign(world: &World, project: &str, tenant: Value) {
    let body = json!({ "tenant_id": tenant });
    let changed = world.call("PATCH", project, Some(body), &ApiUser::Admin).await.expect(200);
    assert_eq!(changed["tenant_id"], tenant);
}

async fn a_tenant_sees_its_own_and_nothing_else(world: &World) {
    let (bakery, shop) = (project(world, "Bakkerij Jansen").await, project(world, "Alpine Outfitters").await);
    assign(world, &bakery, json!("jansen")).await;
    assign(world, &shop, json!("alpine")).await;

    let all = world.list("inventory/resources?account=demo").await;
    let in_projects = |names: &[&str]| {
        let within = |resource: &&Value| names.iter().any(|name| resource["project_name"] == *name);
        all.iter().filter(within).map(|resource| text(resource, "provider_id")).collect::<BTreeSet<_>>()
    };
    let ids = |resources: &[Value]| {
        resources.iter().map(|resource| text(resource, "provider_id").to_owned()).collect::<BTreeSet<_>>()
    };
    let own = world.list_as("inventory/resources", &tenant("jansen")).await;
    let expected = in_projects(&["Bakkerij Jansen"]);
    assert!(expected.contains("bakkerij-jansen.example") && expected.len() > 20, "{expected:?}");
    assert_eq!(ids(&own).iter().map(String::as_str).collect::<BTreeSet<_>>(), expected);
    assert!(own.iter().all(|resource| resource["tenant_id"] == "jansen"));
    let projects = world.list_as("inventory/projects", &tenant("jansen")).await;
    assert_eq!(column(&projects, "name"), ["Bakkerij Jansen"]);
    // Asking for another's gives an empty list, not a refusal that would tell of it.
    assert!(world.list_as("inventory/resources?tenant=alpine", &tenant("jansen")).await.is_empty());

    let droplet = "inventory/resources/demo/droplet/402117301";
    for path in [droplet.to_owned(), format!("{droplet}/events"), bakery.clone()] {
        world.call("GET", &path, None, &tenant("jansen")).await.expect(200);
        world.call("GET", &path, None, &tenant("alpine")).await.expect_problem(404);
        world.call("GET", &path, None, &tenant("unknown-tenant")).await.expect_problem(404);
    }

    // The very next answers follow the new owner, without any sync between.
    assign(world, &bakery, json!("alpine")).await;
    assert!(world.list_as("inventory/resources", &tenant("jansen")).await.is_empty());
    world.call("GET", droplet, None, &tenant("jansen")).await.expect_problem(404);
    let both = ids(&world.list_as("inventory/resources", &tenant("alpine")).await);
    assert_eq!(
        both.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        in_projects(&["Bakkerij Jansen", "Alpine Outfitters"])
    );
    world.call("GET", droplet, None, &tenant("alpine")).await.expect(200);

    for project in [bakery, shop] {
        assign(world, &project, Value::Null).await;
    }
    assert!(world.list_as("inventory/resources", &tenant("alpine")).await.is_empty());
}

/// The lists that a tenant may read.
const TENANT_LISTS: [&str; 4] = ["inventory/resources", "inventory/events", "inventory/projects", "inventory/findings"];

async fn a_cursor_serves_the_tenant_and_the_list_that_it_was_issued_for(world: &World) {
    let shop = project(world, "Alpine Outfitters").await;
    assign(world, &shop, json!("alpine")).await;
    // Two events that happen while the tenant owns the droplet, so that there is a second page.
    let droplets = world.list_as("inventory/resources?kind=droplet", &tenant("alpine")).await;
    let droplet = format!("accounts/demo/droplets/{}", text(&droplets[0], "provider_id"));
    for name in ["for-a-moment", text(&droplets[0], "name")] {
        world.simulator.admin("PATCH", &droplet, Some(json!({ "name": name }))).await;
        world.run("demo", "droplets").await;
    }
    let before = world.tenant_cursors().len();
    for list in TENANT_LISTS {
        let mut next = format!("{list}?limit=1");
        // As deep as a reader would go, and past what is others'.
        for _ in 0..12 {
            let page = world.call("GET", &next, None, &tenant("alpine")).await.expect(200);
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            next = format!("{list}?limit=1&cursor={cursor}");
        }
    }
    let issued = world.tenant_cursors().split_off(before);
    let lists: BTreeSet<_> = issued.iter().map(|issued| issued.path.as_str()).collect();
    assert!(lists.contains("inventory/resources") && lists.contains("inventory/events"), "{lists:?}");
    for list in lists {
        let TenantCursor { path, cursor, .. } = issued.iter().find(|issued| issued.path == list).unwrap();
        world.call("GET", &format!("{path}?limit=1&cursor={cursor}"), None, &tenant("alpine")).await.expect(200);
        let other_list = TENANT_LISTS.into_iter().find(|other| other != path).unwrap();
        let refused = [
            (path.as_str(), cursor.clone(), tenant("jansen")),
            (path, cursor.clone(), ApiUser::Admin),
            (other_list, cursor.clone(), tenant("alpine")),
            (path, with_another_byte(cursor), tenant("alpine")),
            (path, cursor[..cursor.len() - 4].to_owned(), tenant("alpine")),
            (
                path,
                URL_SAFE_NO_PAD.encode(r#"{"v":1,"position":{"partition":"PROJECT#demo#1","after":null}}"#),
                tenant("alpine"),
            ),
        ];
        for (path, cursor, who) in refused {
            let answer = world.call("GET", &format!("{path}?limit=1&cursor={cursor}"), None, &who).await;
            answer.expect_problem(400);
            assert_eq!(answer.json["type"], "urn:arcadia:problem:bad-cursor", "{path} {cursor}");
        }
    }
    assign(world, &shop, Value::Null).await;
}

async fn what_only_admins_may_do_is_refused_to_tenants(world: &World) {
    let bakery = project(world, "Bakkerij Jansen").await;
    let calls = [
        ("GET", "accounts", None),
        ("POST", "accounts", Some(json!({ "account": "x", "name": "x" }))),
        ("PATCH", "accounts/demo", Some(json!({ "status": "paused" }))),
        ("PATCH", bakery.as_str(), Some(json!({ "tenant_id": "jansen" }))),
        ("GET", "sync", None),
        ("POST", "sync/droplets", Some(json!({}))),
        ("POST", "sync/droplets/confirm", Some(json!({ "account": "demo" }))),
    ];
    for (method, path, body) in calls {
        world.call(method, path, body, &tenant("jansen")).await.expect_problem(403);
    }
}

async fn without_a_good_token_only_health_and_the_document_are_open(world: &World) {
    assert_eq!(world.call("GET", "inventory/resources", None, &ApiUser::Anonymous).await.status, 401);
    let token = world.stack.token(&ApiUser::Admin).await.unwrap();
    for bad in [tampered(&token), "not.a.token".to_owned()] {
        let request = world.request("GET", "inventory/resources", &ApiUser::Anonymous).await.bearer_auth(bad);
        assert_eq!(world.send(request).await.status, 401);
    }
    assert!(world.call("GET", "health", None, &ApiUser::Anonymous).await.expect(200).is_object());
    let document = world.call("GET", "openapi.json", None, &ApiUser::Anonymous).await.expect(200);
    assert!(document["paths"]["/api/v1/inventory/resources"].is_object());
}

/// The same cursor but for one character in its middle.
fn with_another_byte(cursor: &str) -> String {
    let middle = cursor.len() / 2;
    let other = if cursor.as_bytes()[middle] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &cursor[..middle], &cursor[middle + 1..])
}

/// The same with another name in its claims: what an attacker would want to do.
fn tampered(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("a JWT has three parts") };
    let middle = claims.len() / 2;
    let other = if claims.as_bytes()[middle] == b'A' { "B" } else { "A" };
    format!("{header}.{}{other}{}.{signature}", &claims[..middle], &claims[middle + 1..])
}
