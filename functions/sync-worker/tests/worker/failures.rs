use chrono::{TimeDelta, Utc};
use digitalocean_sim::{Effect, Fault, LimitKind};
use domain::{AccountStatus, SweepStatus};
use runtime::Failure;

use crate::environment::{SECRET, TestEnvironment, outcome_text};

fn droplets(effect: Effect) -> Fault {
    Fault::on("/v2/droplets*", effect)
}

#[tokio::test]
async fn a_refused_token_is_fetched_anew_once() {
    let environment = TestEnvironment::new().await;
    environment.vault.put(SECRET, &["dop_v1_revoked", &environment.token()]);
    environment.handle(environment.message("demo")).await.unwrap();
    assert_eq!(environment.vault.fetches(), 2);
    let lane = environment.lane().await.unwrap();
    assert_eq!(lane.last_complete.map(|receipt| receipt.items), Some(5));
    assert_eq!(lane.last.unwrap().error, None);
}

#[tokio::test]
async fn a_token_that_is_refused_again_needs_an_operator() {
    let environment = TestEnvironment::new().await;
    environment.vault.put(SECRET, &["dop_v1_revoked", "dop_v1_revoked_too"]);
    let result = environment.handle(environment.message("demo")).await;
    assert_eq!((outcome_text(&result).as_str(), environment.vault.fetches(), environment.asked()), ("terminal", 2, 2));
    let lane = environment.lane().await.unwrap();
    assert_eq!((lane.last.unwrap().status, lane.lease_until), (SweepStatus::Failed, None));
    assert!(environment.shown_error().await.contains("token"));
}

#[tokio::test]
async fn a_kind_that_the_token_may_not_see_is_noted_and_done_with() {
    let environment = TestEnvironment::new().await;
    environment.sim.faults().add(droplets(Effect::status(403)));
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
    let lane = environment.lane().await.unwrap();
    assert_eq!((lane.last.unwrap().status, lane.last_complete), (SweepStatus::NotVisible, None));
    assert!(environment.shown_error().await.contains("droplet:read"));
    assert_eq!(environment.vault.fetches(), 1, "another token is not tried");
}

#[tokio::test]
async fn the_hourly_limit_is_waited_out_in_the_queue() {
    // The client reckons by the machine's clock.
    let environment = TestEnvironment::of("droplets", Utc::now()).await;
    environment.sim.faults().add(droplets(Effect::RateLimit { limit: LimitKind::Hourly, wait_seconds: 600 }));
    let result = environment.handle(environment.message("demo")).await;
    let Err(Failure::Later { delay, reason }) = &result else { panic!("{result:?}") };
    assert!((590..=601).contains(&delay.as_secs()), "{delay:?}");
    assert!(reason.contains("rate limited"), "{reason}");
    assert_eq!(environment.asked(), 1);
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let environment = TestEnvironment::new().await;
    environment.sim.faults().add(droplets(Effect::status(503)));
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "retry");
    assert!(environment.shown_error().await.contains("503"));
    environment.sim.faults().clear();
    environment.clock.advance(TimeDelta::seconds(1));
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done", "and the lane is free");
}

#[tokio::test]
async fn a_secret_that_cannot_be_had_is_shown_by_name_and_only_a_refusal_to_answer_is_tried_again() {
    type Spoil = fn(&TestEnvironment);
    let cases: [(&str, Spoil, &str, &str); 4] = [
        (
            "missing",
            |environment| environment.vault.remove(SECRET),
            "no such secret: arcadia/test/do/demo/sync",
            "terminal",
        ),
        ("throttled", |environment| environment.vault.throttle(""), "ThrottlingException", "retry"),
        ("empty", |environment| environment.vault.put(SECRET, &[" "]), "empty", "terminal"),
        (
            "no token",
            |environment| environment.vault.put(SECRET, &[r#"{"tokn":"dop_v1_hidden"}"#]),
            "is JSON, but not",
            "terminal",
        ),
    ];
    for (case, spoil, says, becomes) in cases {
        let environment = TestEnvironment::new().await;
        spoil(&environment);
        assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), becomes, "{case}");
        let lane = environment.lane().await.unwrap();
        assert_eq!((lane.last.unwrap().status, lane.last_complete), (SweepStatus::Failed, None), "{case}");
        let error = environment.shown_error().await;
        assert!(error.contains(says) && error.contains(SECRET), "{case}: {error}");
        assert!(environment.logged("WARN").iter().any(|line| line.contains(says)), "{case}: it is in the log");
        assert_eq!((environment.asked(), lane.lease_until), (0, None), "{case}");
    }
}

#[tokio::test]
async fn the_account_says_which_secret_holds_its_token() {
    let environment = TestEnvironment::new().await;
    environment.register_with("team", AccountStatus::Enabled, "arcadia/test/do/shared-team").await;
    environment.vault.put("arcadia/test/do/shared-team/sync", &[&environment.token()]);
    assert_eq!(outcome_text(&environment.handle(environment.message("team")).await), "done");
    assert_eq!(environment.keys("KIND#team#droplet").await.len(), 5);
}
