//! Tests over all kinds: client, simulator and normaliser together. Each kind's facts are tested in
//! its own file.

use std::collections::BTreeSet;
use std::time::Duration;

use digitalocean::{Client, ClientConfig, RetryPolicy, Token};
use digitalocean_sim::{Effect, Fault, Seed, Simulator};
use domain::{ProviderId, ResourceFacts};
use serde_json::{Value, json};

use crate::kind::{ListError, MirroredKind, ProbeResult, Source};
use crate::workers::mirrored_kinds;

/// Starts the simulator with its demo account, and a client with the account's `sync` token.
async fn demo() -> (Simulator, Client) {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let mut config = ClientConfig::new(Token::new(sim.account("demo").token("sync")).unwrap());
    config.base_url = Some(sim.base_url().parse().unwrap());
    config.retry = RetryPolicy { min_delay: Duration::from_millis(1), ..RetryPolicy::default() };
    (sim, Client::new(config).unwrap())
}

/// Lists a kind, parent by parent where it has no list of its own.
async fn list(kind: &MirroredKind, client: &Client) -> Result<Vec<(ProviderId, ResourceFacts)>, ListError> {
    match kind.source {
        Source::Account(list) => {
            let listed = list(client).await?;
            // Droplets with GPUs have a list of their own.
            let lists = if kind.name == "droplet" { 2 } else { 1 };
            assert_eq!(listed.pages, lists, "{}: a page of each list", kind.name);
            assert!(listed.rate_limit.is_some(), "{}: no rate limit", kind.name);
            Ok(listed.items)
        }
        Source::PerParent(lists) => {
            let mut resources = Vec::new();
            for (parent, _) in (lists.parents)(client).await?.items {
                resources.extend((lists.children)(client, &parent).await?.items);
            }
            Ok(resources)
        }
    }
}

/// Asserts that the demo account has a resource of the kind with this id and exactly these facts.
pub(super) async fn assert_facts(kind: &MirroredKind, id: &str, expected: &Value) {
    let (_sim, client) = demo().await;
    let resources = list(kind, &client).await.unwrap();
    let ids: Vec<&str> = resources.iter().map(|(id, _)| id.as_str()).collect();
    let found = resources.iter().find(|(listed, _)| listed.as_str() == id);
    let (_, facts) = found.unwrap_or_else(|| panic!("{id} is not among {ids:?}"));
    assert_eq!(serde_json::to_value(facts).unwrap(), *expected, "{} {id}", kind.name);
}

#[tokio::test]
async fn the_demo_account_has_each_kind_and_a_probe_tells_its_ids_from_a_nonexistent_one() {
    let (_sim, client) = demo().await;
    for kind in mirrored_kinds() {
        let resources = list(kind, &client).await.unwrap();
        let ids: BTreeSet<&ProviderId> = resources.iter().map(|(id, _)| id).collect();
        assert!(!ids.is_empty() && ids.len() == resources.len(), "{}: {ids:?}", kind.name);
        let existing = ids.into_iter().map(|id| (id.clone(), ProbeResult::Exists));
        for (id, expected) in existing.chain([(kind.nonexistent(), ProbeResult::Gone)]) {
            let Some(answer) = (kind.probe)(&client, &id) else { continue };
            assert_eq!(answer.await.unwrap(), expected, "{} {id}", kind.name);
        }
    }
}

/// The secrets of the demo account are the words of its seed that contain `EXAMPLE-`.
#[tokio::test]
async fn secrets_of_a_payload_are_not_facts() {
    let (sim, client) = demo().await;
    assert!(json!(sim.account("demo").list("apps")).to_string().contains("EXAMPLE-env-secret"));
    for kind in mirrored_kinds() {
        let facts = format!("{:?}", list(kind, &client).await.unwrap());
        for word in ["EXAMPLE-", "hooks.slack.com", "doadmin"] {
            assert!(!facts.contains(word), "{word} in {facts}");
        }
    }
}

/// A 404 for a list never counts as an empty list.
#[tokio::test]
async fn a_404_for_a_list_is_an_error() {
    let (sim, client) = demo().await;
    sim.faults().add(Fault::on("/v2/*", Effect::status(404)));
    for kind in mirrored_kinds() {
        let error = list(kind, &client).await.unwrap_err();
        assert!(matches!(&error, ListError::DigitalOcean(error) if error.is_not_found()), "{}: {error}", kind.name);
    }
}
