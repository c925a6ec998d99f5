//! What the API refuses, and how.

use local::ApiUser;

use crate::answer::text;
use crate::harness::scenarios;
use crate::input_cases::{Case, TOKEN, cases};
use crate::world::World;

scenarios![bad_input_is_refused_with_a_pointer_to_the_field, a_cursor_is_good_for_its_own_list_only];

async fn bad_input_is_refused_with_a_pointer_to_the_field(world: &World) {
    let before = world.list("accounts").await;
    for Case { method, path, body, status, pointers } in cases() {
        let mut request = world.request(method, path, &ApiUser::Admin).await;
        let shown = format!("{method} {path} {body:?}");
        if let Some((body, declared)) = body {
            request = request.header("content-type", declared).body(body);
        }
        let answer = world.send(request).await;
        assert_eq!(answer.status, status, "{shown}: {}", answer.text);
        answer.expect_problem(status);
        // What is no JSON object has no field to point at.
        if !pointers.is_empty() {
            assert_eq!(answer.pointers(), pointers, "{shown}: {}", answer.text);
        }
        assert!(!answer.text.contains(&TOKEN[..16]), "{shown}: repeats what was sent: {}", answer.text);
    }
    assert_eq!(world.list("accounts").await, before, "nothing of it was done");
}

async fn a_cursor_is_good_for_its_own_list_only(world: &World) {
    let page = world.get("inventory/resources?account=demo&kind=droplet&limit=1").await;
    let cursor = text(&page, "next_cursor");
    let own = format!("inventory/resources?account=demo&kind=droplet&cursor={cursor}");
    // The limit may change from page to page.
    assert_eq!(world.get(&format!("{own}&limit=3")).await["data"].as_array().map(Vec::len), Some(3));
    for other in [
        "inventory/resources?account=demo",
        "inventory/resources?account=demo&kind=dns_zone",
        "inventory/resources?account=demo&kind=droplet&status=off",
        "inventory/projects?account=demo",
        "accounts?limit=5",
        "sync?account=demo",
    ] {
        let answer = world.call("GET", &format!("{other}&cursor={cursor}"), None, &ApiUser::Admin).await;
        answer.expect_problem(400);
        assert_eq!(answer.pointers(), ["#/query/cursor"], "{other}");
    }
    let foreign = world.call("GET", &own, None, &ApiUser::Tenant("jansen".to_owned())).await;
    foreign.expect_problem(400);
    assert_eq!(foreign.pointers(), ["#/query/cursor"]);
}
