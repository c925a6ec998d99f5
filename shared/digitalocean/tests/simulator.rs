//! The client against the stateful simulator: its demo account, read as the inventory reads it.

#![expect(clippy::unwrap_used, reason = "the set-up of a test may fail the test")]

use std::collections::BTreeSet;
use std::time::Duration;

use digitalocean::{Client, Config, DropletType, Error, NewProject, RetryPolicy, Token};
use digitalocean_sim::{Effect, Fault, RequestFilter, Seed, Shift, Simulator};

/// The simulator with its demo account, and a client with the account's `sync` token.
async fn demo() -> (Simulator, Client) {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let token = Token::new(sim.account("demo").token("sync")).unwrap();
    let mut config = Config::new(token).with_base_url(sim.base_url().parse().unwrap());
    config.retry = RetryPolicy { min_delay: Duration::from_millis(1), ..RetryPolicy::default() };
    (sim, Client::new(config).unwrap())
}

#[tokio::test]
async fn the_demo_account_is_read_as_a_whole() {
    let (sim, client) = demo().await;
    let demo = sim.account("demo");
    assert!(!client.account().get().await.unwrap().uuid.is_empty());

    let droplets = client.droplets().list_all().await.unwrap();
    assert_eq!(droplets.items.len(), demo.count("droplets"));
    assert!(
        droplets.items.iter().all(|droplet| droplet.size.as_ref().is_some_and(|size| size.price_monthly.is_some()))
    );
    let first = &droplets.items[0];
    assert_eq!(&client.droplets().get(first.id).await.unwrap(), first);

    let domains = client.domains().list().collect_all().await.unwrap();
    assert_eq!(domains.items.len(), demo.count("domains"));
    assert_eq!(client.domains().get(&domains.items[0].name).await.unwrap().name, domains.items[0].name);

    let projects = client.projects().list().collect_all().await.unwrap();
    assert_eq!(projects.items.len(), demo.count("projects"));
    let mut urns = BTreeSet::new();
    for project in &projects.items {
        let resources = client.projects().resources(&project.id).collect_all().await.unwrap();
        urns.extend(resources.items.into_iter().map(|resource| resource.urn));
    }
    assert!(urns.iter().any(|urn| urn.kind() == Some("droplet")), "{urns:?}");
    assert_eq!(client.requests(), u64::try_from(sim.requests().count(&RequestFilter::path("*"))).unwrap());
    assert!(client.rate_limit().unwrap().remaining.is_some());
}

#[tokio::test]
async fn many_droplets_take_several_pages() {
    let (sim, client) = demo().await;
    let demo = sim.account("demo");
    let before = client.droplets().list(DropletType::Droplets).collect_all().await.unwrap().items.len();
    demo.add_droplets(450);
    let listing = client.droplets().list(DropletType::Droplets).collect_all().await.unwrap();
    assert_eq!((listing.items.len(), listing.pages, listing.requests), (before + 450, 3, 3));

    sim.faults().add(Fault::on("/v2/droplets*", Effect::status(503)).times(2));
    let listing = client.droplets().list(DropletType::Droplets).collect_all().await.unwrap();
    assert_eq!((listing.items.len(), listing.pages, listing.requests), (before + 450, 3, 5));
}

#[tokio::test]
async fn a_list_that_shifts_under_the_reader_loses_nothing() {
    for change in [Shift::Remove, Shift::Insert] {
        let (sim, client) = demo().await;
        let demo = sim.account("demo");
        demo.add_droplets(450);
        let before: BTreeSet<u64> =
            ids(&client.droplets().list(DropletType::Droplets).collect_all().await.unwrap().items);
        sim.faults().add(Fault::on("/v2/droplets*", Effect::page_shift(change)).times(1));
        match client.droplets().list(DropletType::Droplets).collect_all().await {
            Ok(listing) => assert!(ids(&listing.items).is_superset(&before), "{change:?}"),
            Err(error) => assert!(matches!(error, Error::ListShifted { .. }), "{change:?}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_project_is_made_and_read_back() {
    let (sim, client) = demo().await;
    let project = client.projects().create(&NewProject::new("from-the-client", "Inventory")).await.unwrap();
    assert_eq!(project.purpose_text(), "Inventory");
    assert_eq!(client.projects().get(&project.id).await.unwrap().name, "from-the-client");
    assert_eq!(sim.account("demo").project_named("from-the-client"), Some(project.id));
    assert!(client.domains().get("no-such-zone.example").await.unwrap_err().is_not_found());
    let stranger = client.with_token(Token::new("dop_v1_stranger").unwrap());
    assert!(stranger.account().get().await.unwrap_err().needs_new_token());
}

fn ids(droplets: &[digitalocean::Droplet]) -> BTreeSet<u64> {
    droplets.iter().map(|droplet| droplet.id).collect()
}
