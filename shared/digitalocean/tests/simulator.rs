//! The client against the stateful simulator: its demo account, read in the same way as by the
//! inventory.

#![expect(clippy::unwrap_used, reason = "the set-up of a test may fail the test")]

use std::collections::BTreeSet;
use std::time::Duration;

use digitalocean::billing::PREVIEW;
use digitalocean::{Client, ClientConfig, Error, NewProject, RetryPolicy, Token};
use digitalocean_sim::{CutPoint, Effect, Fault, ListChange, RequestFilter, Seed, Simulator};
use rust_decimal::Decimal;

/// The simulator with its demo account, and a client with the account's `sync` token.
async fn demo() -> (Simulator, Client) {
    let sim = Simulator::start(Seed::demo()).await.unwrap();
    let token = Token::new(sim.account("demo").token("sync")).unwrap();
    let mut config = ClientConfig::new(token);
    config.base_url = Some(sim.base_url().parse().unwrap());
    config.retry = RetryPolicy { min_delay: Duration::from_millis(1), ..RetryPolicy::default() };
    (sim, Client::new(config).unwrap())
}

#[tokio::test]
async fn the_demo_account_is_read_completely() {
    let (sim, client) = demo().await;
    let demo = sim.account("demo");
    assert!(!client.account().get().await.unwrap().uuid.is_empty());

    let droplets = client.droplets().list_all_as(|droplet| droplet).await.unwrap();
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
    let before = client.droplets().list().collect_all().await.unwrap().items.len();
    demo.add_droplets(450);
    let listing = client.droplets().list().collect_all().await.unwrap();
    assert_eq!((listing.items.len(), listing.pages, listing.requests), (before + 450, 3, 3));

    sim.faults().add(Fault::on("/v2/droplets*", Effect::status(503)).times(2));
    let listing = client.droplets().list().collect_all().await.unwrap();
    assert_eq!((listing.items.len(), listing.pages, listing.requests), (before + 450, 3, 5));
}

#[tokio::test]
async fn a_list_that_shifts_while_it_is_read_misses_no_item() {
    for change in [ListChange::Remove, ListChange::Insert] {
        let (sim, client) = demo().await;
        let demo = sim.account("demo");
        demo.add_droplets(450);
        let before: BTreeSet<u64> = ids(&client.droplets().list().collect_all().await.unwrap().items);
        sim.faults().add(Fault::on("/v2/droplets*", Effect::page_shift(change)).times(1));
        match client.droplets().list().collect_all().await {
            Ok(listing) => assert!(ids(&listing.items).is_superset(&before), "{change:?}"),
            Err(error) => assert!(matches!(error, Error::ListShifted { .. }), "{change:?}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_project_is_created_and_read_back() {
    let (sim, client) = demo().await;
    let project = client.projects().create(&NewProject::new("from-the-client", "Inventory")).await.unwrap();
    assert_eq!(project.purpose_text(), "Inventory");
    assert_eq!(client.projects().get(&project.id).await.unwrap().name, "from-the-client");
    assert_eq!(sim.account("demo").project_named("from-the-client"), Some(project.id));
    assert!(client.domains().get("no-such-zone.example").await.unwrap_err().is_not_found());
    let unknown_token = client.with_token(Token::new("dop_v1_unknown").unwrap());
    assert!(unknown_token.account().get().await.unwrap_err().needs_new_token());
}

#[tokio::test]
async fn the_invoices_are_read_and_the_csv_is_complete_or_an_error() {
    let (sim, client) = demo().await;
    let billing = client.billing();
    let balance = billing.balance().await.unwrap();
    let preview = billing.invoice_preview().await.unwrap().unwrap();
    assert_eq!(balance.month_to_date_usage, preview.amount);
    assert_eq!(balance.month_to_date_balance, balance.account_balance + balance.month_to_date_usage);
    let history = billing.billing_history().collect_all().await.unwrap().items;
    assert_eq!(history.iter().map(|entry| entry.amount).sum::<Decimal>(), balance.account_balance);
    let invoices = billing.invoices().collect_all().await.unwrap().items;
    assert_eq!(invoices.len(), 137);
    let april = invoices.iter().find(|invoice| invoice.invoice_period == "2026-04").unwrap();
    let uuid = april.invoice_uuid.as_str();
    for (uuid, lines, amount) in [(uuid, 33, april.amount), (PREVIEW, 33, preview.amount)] {
        let items = billing.invoice_items(uuid).per_page(10).collect_all().await.unwrap();
        assert_eq!((items.items.len(), items.pages), (lines, 4));
        assert_eq!(items.items.iter().map(|item| item.amount).sum::<Decimal>(), amount);
        assert_eq!(billing.invoice_summary(uuid).await.unwrap().amount, amount);
    }

    let path = format!("/v2/customers/my/invoices/{uuid}/csv");
    sim.faults().add(Fault::on(&path, Effect::status(503)).times(1));
    sim.faults().add(Fault::on(&path, Effect::Cut { at: CutPoint::BeforeResponse }).times(1));
    let mut file = billing.invoice_csv(uuid).await.unwrap();
    let mut csv = Vec::new();
    while let Some(chunk) = file.chunk().await.unwrap() {
        csv.extend_from_slice(&chunk);
    }
    assert_eq!(csv.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count(), 34);
    assert_eq!(sim.requests().count(&RequestFilter::path(&path)), 3);

    sim.faults().add(Fault::on(&path, Effect::Cut { at: CutPoint::MidBody }).times(1));
    let mut file = billing.invoice_csv(uuid).await.unwrap();
    let broken = loop {
        match file.chunk().await {
            Ok(chunk) => assert!(chunk.is_some(), "a truncated file must end with an error"),
            Err(error) => break error,
        }
    };
    assert!(broken.is_retryable(), "{broken}");
    sim.faults().add(Fault::on(&path, Effect::error_body()).times(1));
    assert!(matches!(billing.invoice_csv(uuid).await.unwrap_err(), Error::Api { .. }));
}

/// The preview changed between two pages: a line that is read twice is not taken for two lines.
#[tokio::test]
async fn a_preview_that_shifts_is_read_again() {
    for change in [ListChange::Remove, ListChange::Insert] {
        let (sim, client) = demo().await;
        let unchanged = client.billing().invoice_items(PREVIEW).per_page(10).collect_all().await.unwrap();
        let fault = Fault::on("/v2/customers/my/invoices/preview", Effect::page_shift(change));
        sim.faults().add(fault.times(1));
        let again = client.billing().invoice_items(PREVIEW).per_page(10).collect_all().await.unwrap();
        assert_eq!(again.items, unchanged.items, "{change:?}");
        assert!(again.requests > unchanged.requests);
    }
}

fn ids(droplets: &[digitalocean::Droplet]) -> BTreeSet<u64> {
    droplets.iter().map(|droplet| droplet.id).collect()
}
