//! Every answer of every endpoint against DO's own OpenAPI document.
//!
//! The document is not part of this repository: `DIGITALOCEAN_OPENAPI` names it, else it is looked for next to the working copy.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the lint knows tests by their attribute and does not see what they call"
)]

mod contract;
mod exercise;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use contract::Contract;
use digitalocean_sim::routes;
use serde_json::json;

/// Lists of an account, and its balance, for which the contract has a 404. When DO answers so is not documented; here they are there, be
/// they empty.
const EMPTY_LISTS: &[&str] =
    &["/v2/uptime/checks", "/v2/databases", "/v2/vpcs", "/v2/customers/my/balance", "/v2/customers/my/billing_history"];

/// The contract, or a line on standard error (past the capture of the test harness) saying that a test was skipped. A file that
/// somebody has named must be there.
fn contract(test: &str) -> Option<Contract> {
    let path = contract::path();
    match Contract::read(&path) {
        Some(contract) => Some(contract),
        None if contract::is_named() => {
            panic!("DIGITALOCEAN_OPENAPI names no file that can be read: {}", path.display())
        }
        None => {
            let hint = "set DIGITALOCEAN_OPENAPI to DigitalOcean's OpenAPI document as one JSON file";
            let mut stderr = std::io::stderr();
            writeln!(stderr, "SKIPPED: {test}: no contract at {}; {hint}", path.display()).unwrap();
            None
        }
    }
}

#[tokio::test]
async fn every_answer_is_as_the_contract_says() {
    let Some(contract) = contract("every_answer_is_as_the_contract_says") else { return };
    let answers = exercise::answers().await;
    let mut wrong = Vec::new();
    let mut statuses: BTreeMap<_, BTreeSet<u16>> = BTreeMap::new();
    for answer in &answers {
        statuses.entry((answer.method.clone(), answer.route.clone())).or_default().insert(answer.status);
        wrong.extend(
            contract
                .errors(answer)
                .into_iter()
                .map(|error| format!("{} {} -> {}: {error}", answer.method, answer.path, answer.status)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for route in routes() {
        let seen = statuses.remove(&(route.method.clone(), route.path.clone())).unwrap_or_default();
        let missing = |status: u16| !seen.contains(&status);
        assert!(seen.iter().any(|status| (200..300).contains(status)), "{route:?} was never served");
        assert!(!missing(401) && !missing(403) && !missing(429) && !missing(500), "{route:?} lacks errors: {seen:?}");
        let has_404 = contract.declares(&route.method, &route.path, 404);
        assert!(
            !has_404 || EMPTY_LISTS.contains(&route.path.as_str()) || !missing(404),
            "{route:?} lacks 404: {seen:?}"
        );
    }
    assert!(statuses.is_empty(), "not in the route table: {statuses:?}");
}

#[test]
fn every_route_is_in_the_contract_with_its_scopes() {
    let Some(contract) = contract("every_route_is_in_the_contract_with_its_scopes") else { return };
    for route in routes() {
        let scopes = contract.scopes(&route.method, &route.path);
        let scopes = scopes.unwrap_or_else(|| panic!("not in the contract: {} {}", route.method, route.path));
        for alternative in scopes {
            assert!(route.scopes.contains(&alternative), "{route:?} lacks {alternative:?}");
        }
    }
}

/// A validator that never fails would let everything above pass.
#[tokio::test]
async fn the_validator_is_able_to_fail() {
    let Some(contract) = contract("the_validator_is_able_to_fail") else { return };
    let answers = exercise::answers().await;
    let good = |method: &str, route: &str, status: u16| {
        answers.iter().find(|a| a.method == method && a.route == route && a.status == status).unwrap().clone()
    };
    let droplets = good("GET", "/v2/droplets", 200);
    assert_eq!(contract.errors(&droplets), Vec::<String>::new());
    for (pointer, wrong) in [
        ("/droplets/0/id", json!("402117301")),
        ("/droplets/0/status", json!("asleep")),
        ("/droplets/0/created_at", json!("yesterday")),
        ("/droplets/0/networks/v4/0/ip_address", json!("10.0.0")),
        ("/droplets/0/size", json!({ "slug": "s-1vcpu-1gb" })),
        ("/droplets/0/name", json!(null)),
        ("/meta", json!({})),
    ] {
        let mut broken = droplets.clone();
        *broken.body.as_mut().unwrap().pointer_mut(pointer).unwrap() = wrong;
        assert!(!contract.errors(&broken).is_empty(), "{pointer} was not noticed");
    }
    // Null is right where the contract says so.
    assert!(droplets.body.as_ref().unwrap().pointer("/droplets/0/kernel").unwrap().is_null());

    let mut project = good("GET", "/v2/projects/default", 200);
    project.body.as_mut().unwrap()["project"].as_object_mut().unwrap().remove("owner_id");
    assert!(!contract.errors(&project).is_empty(), "a missing field of a project was not noticed");
    let mut certificate = good("GET", "/v2/certificates/{certificate_id}", 200);
    assert_eq!(contract.errors(&certificate), Vec::<String>::new());
    certificate.body.as_mut().unwrap()["certificate"]["not_after"] = json!("next year");
    assert!(!contract.errors(&certificate).is_empty(), "a wrong time of an operation left out was not noticed");
    let mut error = good("GET", "/v2/droplets/{droplet_id}", 404);
    error.body = Some(json!({ "message": "no id" }));
    assert!(!contract.errors(&error).is_empty(), "an error without id was not noticed");
    let mut bare = good("GET", "/v2/account", 200);
    bare.headers.remove("ratelimit-reset");
    assert!(!contract.errors(&bare).is_empty(), "a missing header was not noticed");
    let mut unknown = good("DELETE", "/v2/domains/{domain_name}", 204);
    unknown.body = Some(json!({}));
    assert!(!contract.errors(&unknown).is_empty(), "a body where none belongs was not noticed");
}
