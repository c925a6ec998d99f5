//! Doorbells and announcements: both may fail, and neither stops a saga.

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use domain::{Clock, Expected, ManualClock};
use embedded_table::Death;
use provisioning::{Announcements, Doorbell, Doorbells, SagaConfig, Worker};
use runtime::batch::Sent;
use runtime::fake::{MemoryQueue, MemoryScheduler};
use runtime::{Env, Message};
use sagas::record::SagaId;
use sagas::rim::{Announced, Bell, Expectations, Lane};

use crate::world::World;

struct Tower {
    queue: Arc<MemoryQueue>,
    scheduler: Arc<MemoryScheduler>,
    clock: Arc<ManualClock>,
    config: SagaConfig,
    bell: Doorbells,
}

fn tower() -> Tower {
    let config = SagaConfig::read(Env::from_map([
        ("EXECUTE_QUEUE_URL", "https://sqs.test/execute"),
        ("COMPENSATE_QUEUE_URL", "https://sqs.test/compensate"),
        ("EXECUTE_QUEUE_ARN", "arn:aws:sqs:eu-central-1:123456789012:execute"),
        ("COMPENSATE_QUEUE_ARN", "arn:aws:sqs:eu-central-1:123456789012:compensate"),
        ("SCHEDULE_GROUP", "arcadia-test"),
        ("SCHEDULE_ROLE_ARN", "arn:aws:iam::123456789012:role/schedules"),
    ]))
    .unwrap();
    let (queue, scheduler) = (Arc::new(MemoryQueue::new()), Arc::new(MemoryScheduler::new()));
    let clock = Arc::new(ManualClock::at("2026-04-12T12:00:00Z".parse().unwrap()));
    let bell = Doorbells::new(&config, queue.clone(), scheduler.clone(), clock.clone());
    Tower { queue, scheduler, clock, config, bell }
}

/// The doorbell in a body that the lane's worker takes.
fn doorbell(body: &str, lane: Lane) -> SagaId {
    let sent = Sent { at: None, message_id: None };
    let message = Message::parse(body.as_bytes(), Worker::name_of(lane), &sent).unwrap();
    message.typed::<Doorbell>().unwrap().fields.saga
}

#[tokio::test]
async fn up_to_a_quarter_of_an_hour_it_is_a_delayed_message_and_beyond_a_schedule() {
    let saga = SagaId::random();
    for lane in [Lane::Execute, Lane::Compensate] {
        for (wait, delay) in [(-5_000, 0), (0, 0), (10_500, 10_500), (900_000, 900_000)] {
            let tower = tower();
            let at = tower.clock.now() + TimeDelta::milliseconds(wait);
            tower.bell.ring(&saga, lane, at, 4).await;
            let sent = tower.queue.sent(&tower.config.queue(lane).url);
            assert_eq!((sent.len(), sent[0].delay), (1, Duration::from_millis(delay)), "{wait}");
            assert_eq!(doorbell(&sent[0].body, lane), saga);
            assert_eq!(tower.scheduler.schedules(), []);
        }
        for wait in [TimeDelta::milliseconds(900_001), TimeDelta::days(3)] {
            let tower = tower();
            let at = tower.clock.now() + wait;
            for _ in 0..2 {
                tower.bell.ring(&saga, lane, at, 4).await;
            }
            let schedules = tower.scheduler.schedules();
            let [schedule] = &schedules[..] else { panic!("{schedules:?}") };
            assert_eq!((schedule.name.clone(), schedule.at), (format!("{saga}-4"), at));
            assert!(schedule.name.len() <= 64);
            assert_eq!((&schedule.queue_arn, doorbell(&schedule.body, lane)), (&tower.config.queue(lane).arn, saga));
            assert_eq!(tower.queue.sent(&tower.config.queue(lane).url), []);
        }
    }
}

#[tokio::test]
async fn what_cannot_be_rung_stops_nobody() {
    let tower = tower();
    tower.queue.refuse("https://sqs.test/execute");
    tower.scheduler.refuse();
    for wait in [TimeDelta::zero(), TimeDelta::days(1)] {
        tower.bell.ring(&SagaId::random(), Lane::Execute, tower.clock.now() + wait, 1).await;
    }
    assert_eq!((tower.queue.sent("https://sqs.test/execute"), tower.scheduler.schedules()), (vec![], vec![]));
}

#[tokio::test]
async fn a_change_is_announced_and_a_table_that_does_not_answer_stops_nobody() {
    let world = World::new().await;
    let announced = Announced { kind: "snapshot", provider_id: "42".to_owned(), expected: Expected::Disappearance };
    let saga = SagaId::random();
    let change = announced.by(&saga, &world.account, Utc::now() + TimeDelta::hours(1)).unwrap();
    let announcements = Announcements(world.embedded.table.clone());
    announcements.expect(&change).await;
    let kept = world.embedded.table.expected_changes(&world.account, &change.key.kind).await.unwrap();
    assert_eq!(kept, std::slice::from_ref(&change));
    world.embedded.requests.die(Death::Before(1));
    announcements.expect(&change).await;
}
