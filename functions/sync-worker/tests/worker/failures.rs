use chrono::{TimeDelta, Utc};
use digitalocean_sim::{Effect, Fault, LimitKind};
use domain::{AccountStatus, Clock, SweepStatus};
use runtime::Failure;
use test_support::{outcome_text, register_account};

use crate::environment::{SECRET, TestEnvironment};

fn droplets(effect: Effect) -> Fault {
    Fault::on("/v2/droplets*", effect)
}

#[tokio::test]
async fn a_refused_token_is_fetched_again_once() {
    let environment = TestEnvironment::new().await;
    environment.secrets.put(SECRET, &["dop_v1_revoked", &environment.token()]);
    environment.handle(environment.message("demo")).await.unwrap();
    assert_eq!(environment.secrets.fetches(), 2);
    let state = environment.sync_state().await.unwrap();
    assert_eq!(state.last_complete.map(|receipt| receipt.items), Some(5));
    assert_eq!(state.last.unwrap().error, None);
}

#[tokio::test]
async fn a_token_that_is_refused_again_needs_an_operator() {
    let environment = TestEnvironment::new().await;
    environment.secrets.put(SECRET, &["dop_v1_revoked", "dop_v1_revoked_too"]);
    let result = environment.handle(environment.message("demo")).await;
    assert_eq!(
        (outcome_text(&result).as_str(), environment.secrets.fetches(), environment.request_count()),
        ("terminal", 2, 2)
    );
    let state = environment.sync_state().await.unwrap();
    assert_eq!((state.last.unwrap().status, state.lease_until), (SweepStatus::Failed, None));
    assert!(environment.receipt_error().await.contains("token"));
}

#[tokio::test]
async fn a_kind_that_the_token_may_not_read_is_recorded_and_not_retried() {
    let environment = TestEnvironment::new().await;
    environment.sim.faults().add(droplets(Effect::status(403)));
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done");
    let state = environment.sync_state().await.unwrap();
    assert_eq!((state.last.unwrap().status, state.last_complete), (SweepStatus::NotVisible, None));
    assert!(environment.receipt_error().await.contains("droplet:read"));
    assert_eq!(environment.secrets.fetches(), 1, "another token is not tried");
}

#[tokio::test]
async fn a_message_waits_in_the_queue_for_the_hourly_limit() {
    // The client computes waits with the system clock.
    let environment = TestEnvironment::of("droplets", Utc::now()).await;
    environment.sim.faults().add(droplets(Effect::RateLimit { limit: LimitKind::Hourly, wait_seconds: 600 }));
    let result = environment.handle(environment.message("demo")).await;
    let Err(Failure::Later { delay, reason }) = &result else { panic!("{result:?}") };
    assert!((590..=601).contains(&delay.as_secs()), "{delay:?}");
    assert!(reason.contains("rate limited"), "{reason}");
    assert_eq!(environment.request_count(), 1);
}

#[tokio::test]
async fn a_temporary_failure_is_retried() {
    let environment = TestEnvironment::new().await;
    environment.sim.faults().add(droplets(Effect::status(503)));
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "retry");
    assert!(environment.receipt_error().await.contains("503"));
    environment.sim.faults().clear();
    environment.clock.advance(TimeDelta::seconds(1));
    assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), "done", "the lease was released");
}

#[tokio::test]
async fn an_unreadable_secret_is_named_and_only_a_failed_fetch_is_retried() {
    type Change = fn(&TestEnvironment);
    let cases: [(&str, Change, &str, &str); 4] = [
        (
            "missing",
            |environment| environment.secrets.remove(SECRET),
            "no such secret: arcadia/test/do/demo/sync",
            "terminal",
        ),
        ("throttled", |environment| environment.secrets.throttle(""), "ThrottlingException", "retry"),
        ("empty", |environment| environment.secrets.put(SECRET, &[" "]), "empty", "terminal"),
        (
            "no token",
            |environment| environment.secrets.put(SECRET, &[r#"{"tokn":"dop_v1_hidden"}"#]),
            "is JSON, but not",
            "terminal",
        ),
    ];
    for (case, change, says, expected) in cases {
        let environment = TestEnvironment::new().await;
        change(&environment);
        assert_eq!(outcome_text(&environment.handle(environment.message("demo")).await), expected, "{case}");
        let state = environment.sync_state().await.unwrap();
        assert_eq!((state.last.unwrap().status, state.last_complete), (SweepStatus::Failed, None), "{case}");
        let error = environment.receipt_error().await;
        assert!(error.contains(says) && error.contains(SECRET), "{case}: {error}");
        assert!(environment.logged("WARN").iter().any(|line| line.contains(says)), "{case}: the reason is in the log");
        assert_eq!((environment.request_count(), state.lease_until), (0, None), "{case}");
    }
}

#[tokio::test]
async fn the_account_names_the_secret_with_its_token() {
    let environment = TestEnvironment::new().await;
    let (table, now) = (&environment.embedded.table, environment.clock.now());
    register_account(table, "team", AccountStatus::Enabled, "arcadia/test/do/shared-team", now).await;
    environment.secrets.put("arcadia/test/do/shared-team/sync", &[&environment.token()]);
    assert_eq!(outcome_text(&environment.handle(environment.message("team")).await), "done");
    assert_eq!(environment.keys("KIND#team#droplet").await.len(), 5);
}
