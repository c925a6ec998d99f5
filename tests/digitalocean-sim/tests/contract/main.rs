//! Every answer of every endpoint is validated against DO's own OpenAPI document.
//!
//! The document is not part of this repository. `DIGITALOCEAN_OPENAPI` is its path; by default the
//! test reads it next to the working copy.

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
use digitalocean_sim::{plain_endpoints, routes};
use serde_json::json;

/// Lists of an account, and its balance, for which the contract has a 404, besides the lists of
/// plain endpoints. DO does not document when it answers that. The simulator always answers 200,
/// with an empty list if need be.
const EMPTY_LISTS: &[&str] = &["/v2/databases", "/v2/customers/my/balance", "/v2/customers/my/billing_history"];

/// Returns the contract, or writes to standard error that a test was skipped (directly, so that the
/// test harness does not capture the line). A file that `DIGITALOCEAN_OPENAPI` names must exist.
fn contract(test: &str) -> Option<Contract> {
    let path = contract::path();
    match Contract::read(&path) {
        Some(contract) => Some(contract),
        None if contract::is_configured() => {
            panic!("DIGITALOCEAN_OPENAPI is not the path of a readable file: {}", path.display())
        }
        None => {
            let hint = "set DIGITALOCEAN_OPENAPI to DigitalOcean's OpenAPI document as one JSON file";
            let mut stderr = std::io::stderr();
            writeln!(stderr, "SKIPPED: {test}: no contract at {}; {hint}", path.display()).unwrap();
            None
        }
    }
}

/// The statuses that each operation answered, by method and path.
async fn statuses() -> BTreeMap<(String, String), BTreeSet<u16>> {
    let mut statuses: BTreeMap<_, BTreeSet<u16>> = BTreeMap::new();
    for answer in exercise::answers().await {
        statuses.entry((answer.method.clone(), answer.route.clone())).or_default().insert(answer.status);
    }
    statuses
}

/// It needs no contract, like the statuses that the requests themselves expect.
#[tokio::test]
async fn every_operation_succeeds_and_is_refused_in_every_way() {
    let mut statuses = statuses().await;
    for route in routes() {
        let seen = statuses.remove(&(route.method.clone(), route.path.clone())).unwrap_or_default();
        assert!(seen.iter().any(|status| (200..300).contains(status)), "{route:?} has no successful answer");
        assert!([401, 403, 429, 500].iter().all(|status| seen.contains(status)), "{route:?} lacks errors: {seen:?}");
    }
    assert!(statuses.is_empty(), "not in the route table: {statuses:?}");
}

#[tokio::test]
async fn every_answer_matches_the_contract() {
    let Some(contract) = contract("every_answer_matches_the_contract") else { return };
    let mut wrong = Vec::new();
    for answer in exercise::answers().await {
        wrong.extend(
            contract
                .errors(answer)
                .into_iter()
                .map(|error| format!("{} {} -> {}: {error}", answer.method, answer.path, answer.status)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let statuses = statuses().await;
    for route in routes().iter().filter(|route| contract.declares(&route.method, &route.path, 404)) {
        let seen = &statuses[&(route.method.clone(), route.path.clone())];
        let is_list = |path: &str| EMPTY_LISTS.contains(&path) || plain_endpoints().iter().any(|row| row.list == path);
        assert!(is_list(&route.path) || seen.contains(&404), "{route:?} lacks 404: {seen:?}");
    }
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

/// Proves that the validator finds errors: otherwise all tests above would pass without any check.
#[tokio::test]
async fn the_validator_finds_errors() {
    let Some(contract) = contract("the_validator_finds_errors") else { return };
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
        assert!(!contract.errors(&broken).is_empty(), "an invalid {pointer} was not found");
    }
    // Null is valid where the contract says so.
    assert!(droplets.body.as_ref().unwrap().pointer("/droplets/0/kernel").unwrap().is_null());

    let mut project = good("GET", "/v2/projects/default", 200);
    project.body.as_mut().unwrap()["project"].as_object_mut().unwrap().remove("owner_id");
    assert!(!contract.errors(&project).is_empty(), "a missing field of a project was not found");
    let mut certificate = good("GET", "/v2/certificates/{certificate_id}", 200);
    assert_eq!(contract.errors(&certificate), Vec::<String>::new());
    certificate.body.as_mut().unwrap()["certificate"]["not_after"] = json!("next year");
    assert!(!contract.errors(&certificate).is_empty(), "an invalid time of a missing operation was not found");
    let mut error = good("GET", "/v2/droplets/{droplet_id}", 404);
    error.body = Some(json!({ "message": "no id" }));
    assert!(!contract.errors(&error).is_empty(), "an error without an id was not found");
    let mut bare = good("GET", "/v2/account", 200);
    bare.headers.remove("ratelimit-reset");
    assert!(!contract.errors(&bare).is_empty(), "a missing header was not found");
    let mut unknown = good("DELETE", "/v2/domains/{domain_name}", 204);
    unknown.body = Some(json!({}));
    assert!(!contract.errors(&unknown).is_empty(), "an unexpected body was not found");
}
