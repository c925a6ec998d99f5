//! Access to DigitalOcean: the account, its token, its share of the request budget.

use chrono::Utc;
use digitalocean_sim::RequestFilter;
use domain::AccountId;
use sagas::ports::{Fault, Provider};
use sagas::record::Phase;
use store::{Priority, Reservation};

use crate::world::{SECRET, TOKEN, World, outcome_name, reads, writes};

#[tokio::test]
async fn a_replaced_token_is_fetched_again() {
    let world = World::new().await;
    world.vault.put(SECRET, &[Ok("dop_v1_revoked"), Ok(TOKEN)]);
    assert_eq!(outcome_name(&world.read(&reads()[0]).await), "done");

    let world = World::new().await;
    world.vault.put(SECRET, &[Ok("dop_v1_revoked"), Ok(TOKEN)]);
    let write = &writes()[0];
    assert_eq!(outcome_name(&world.write(write).await), "unauthorised");
    assert_eq!(world.request_count(), 1, "a write is not repeated");
    assert_eq!(outcome_name(&world.write(write).await), "done", "the next one has the new token");

    let world = World::new().await;
    world.vault.put(SECRET, &[Ok("dop_v1_revoked")]);
    assert_eq!(outcome_name(&world.read(&reads()[0]).await), "unauthorised");
    assert_eq!(world.request_count(), 2, "a new token is tried once");
}

#[tokio::test]
async fn a_missing_token_or_account_is_unauthorised_and_a_missing_answer_is_transient() {
    let mut world = World::new().await;
    world.vault.put(SECRET, &[Err(())]);
    assert_eq!(outcome_name(&world.read(&reads()[0]).await), "transient");
    world.vault.put(SECRET, &[Ok(" ")]);
    let refused = world.read(&reads()[0]).await;
    assert!(matches!(&refused, Err(Fault::Unauthorised(why)) if why.contains(SECRET)), "{refused:?}");
    world.account = AccountId::new("unregistered").unwrap();
    let refused = world.write(&writes()[0]).await;
    assert!(matches!(&refused, Err(Fault::Unauthorised(why)) if why.contains("not registered")), "{refused:?}");
    assert_eq!(world.request_count(), 0);
}

#[tokio::test]
async fn each_phase_has_its_own_share_of_the_budget() {
    let world = World::new().await;
    let account = world.embedded.table.account(&world.account).await.unwrap().unwrap();
    let (purpose, priority) = (access::Purpose::Provisioning, Priority::Provisioning);
    let request = access::AccessRequest { account: &account, purpose, priority, deadline: None };
    let opened = world.digitalocean.access(&request).await.unwrap();
    // Another session uses up all that is left to `execute` in this hour.
    let take =
        || world.embedded.table.reserve_requests(&opened.token_id, Priority::Provisioning, 5_000, None, Utc::now());
    while let Reservation::Granted(_) = take().await.unwrap() {}
    for limited in [world.read(&reads()[2]).await.map(drop), world.write(&writes()[0]).await.map(drop)] {
        assert!(matches!(limited, Err(Fault::Limited { until }) if until > Utc::now()), "{limited:?}");
    }
    assert_eq!(world.request_count(), 0);
    let compensating = world.provider(Phase::Compensate);
    assert_eq!(
        outcome_name(&compensating.read(&world.account, &reads()[2]).await),
        "done",
        "the share reserved for compensation is available"
    );
    assert_eq!(compensating.requests(), 1);
    assert_eq!(world.sim.requests().count(&RequestFilter::default().token("provisioning")), 1);
}

/// Only DigitalOcean's responses show what another program has used of the same token's limit.
#[tokio::test]
async fn a_new_client_starts_with_the_limit_that_digitalocean_reported_last() {
    let world = World::new().await;
    let account = world.embedded.table.account(&world.account).await.unwrap().unwrap();
    let (purpose, priority) = (access::Purpose::Provisioning, Priority::Provisioning);
    let request = access::AccessRequest { account: &account, purpose, priority, deadline: None };
    let open = async || world.digitalocean.access(&request).await.unwrap().client;
    assert_eq!(open().await.rate_limit(), None);
    assert_eq!(outcome_name(&world.read(&reads()[0]).await), "done");
    let again = open().await;
    assert_eq!(again.rate_limit().and_then(|seen| seen.limit), Some(5_000));
    assert_eq!(again.requests(), 0, "each client counts its own requests");
}
