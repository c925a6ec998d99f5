//! The way in: the account, its token, its share of the rate budget.

use chrono::Utc;
use digitalocean::RequestDeadline;
use digitalocean_sim::RequestFilter;
use domain::AccountId;
use sagas::ports::{Fault, Phase, Provider};
use store::{Priority, Reservation};

use crate::world::{SECRET, TOKEN, World, reads, word, writes};

#[tokio::test]
async fn a_token_that_was_changed_is_fetched_anew() {
    let world = World::new().await;
    world.vault.put(SECRET, &[Ok("dop_v1_revoked"), Ok(TOKEN)]);
    assert_eq!(word(&world.read(&reads()[0]).await), "done");

    let world = World::new().await;
    world.vault.put(SECRET, &[Ok("dop_v1_revoked"), Ok(TOKEN)]);
    let write = &writes()[0];
    assert_eq!(word(&world.write(write).await), "unauthorised");
    assert_eq!(world.asked(), 1, "a write is not repeated");
    assert_eq!(word(&world.write(write).await), "done", "the next one has the new token");

    let world = World::new().await;
    world.vault.put(SECRET, &[Ok("dop_v1_revoked")]);
    assert_eq!(word(&world.read(&reads()[0]).await), "unauthorised");
    assert_eq!(world.asked(), 2, "it is tried anew once");
}

#[tokio::test]
async fn without_a_token_or_an_account_people_are_called_and_without_an_answer_nobody() {
    let mut world = World::new().await;
    world.vault.put(SECRET, &[Err(())]);
    assert_eq!(word(&world.read(&reads()[0]).await), "transient");
    world.vault.put(SECRET, &[Ok(" ")]);
    let refused = world.read(&reads()[0]).await;
    assert!(matches!(&refused, Err(Fault::Unauthorised(why)) if why.contains(SECRET)), "{refused:?}");
    world.account = AccountId::new("unregistered").unwrap();
    let refused = world.write(&writes()[0]).await;
    assert!(matches!(&refused, Err(Fault::Unauthorised(why)) if why.contains("not registered")), "{refused:?}");
    assert_eq!(world.asked(), 0);
}

#[tokio::test]
async fn each_phase_has_its_share_of_the_budget() {
    let world = World::new().await;
    let account = world.embedded.table.account(&world.account).await.unwrap().unwrap();
    let purpose = access::Purpose::Provisioning;
    let opened =
        world.digitalocean.access(&account, purpose, Priority::Provisioning, RequestDeadline::none()).await.unwrap();
    // Somebody takes all that is left to `execute` in this hour.
    let take =
        || world.embedded.table.reserve_requests(&opened.token_id, Priority::Provisioning, 5_000, None, Utc::now());
    while let Reservation::Granted(_) = take().await.unwrap() {}
    for limited in [world.read(&reads()[2]).await.map(drop), world.write(&writes()[0]).await.map(drop)] {
        assert!(matches!(limited, Err(Fault::Limited { until }) if until > Utc::now()), "{limited:?}");
    }
    assert_eq!(world.asked(), 0);
    let undoing = world.provider(Phase::Compensate);
    assert_eq!(word(&undoing.read(&world.account, &reads()[2]).await), "done", "what is kept for undoing is there");
    assert_eq!(undoing.requests(), 1);
    assert_eq!(world.sim.requests().count(&RequestFilter::default().token("provisioning")), 1);
}

/// What another program has asked for with the same token is in DigitalOcean's word alone.
#[tokio::test]
async fn what_digitalocean_said_of_its_limit_is_known_the_next_time() {
    let world = World::new().await;
    let account = world.embedded.table.account(&world.account).await.unwrap().unwrap();
    let open = async || {
        let (purpose, priority) = (access::Purpose::Provisioning, Priority::Provisioning);
        world.digitalocean.access(&account, purpose, priority, RequestDeadline::none()).await.unwrap().client
    };
    assert_eq!(open().await.rate_limit(), None);
    assert_eq!(word(&world.read(&reads()[0]).await), "done");
    let again = open().await;
    assert_eq!(again.rate_limit().and_then(|seen| seen.limit), Some(5_000));
    assert_eq!(again.requests(), 0, "each counts its own requests");
}
