//! Wake-ups and announcements: either may fail, and neither failure stops a saga.

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use domain::{Clock, Expected, ManualClock};
use embedded_table::CrashPoint;
use provisioning::{SagaConfig, SagaFunction, TableExpectations, WakeUp, WakeUpQueue};
use runtime::batch::SqsMetadata;
use runtime::fake::{MemoryQueue, MemoryScheduler};
use runtime::{Env, Message};
use sagas::ports::{Announcement, Expectations, Notifier};
use sagas::record::{Phase, SagaId};

use crate::world::World;

struct WakeUpFixture {
    queue: Arc<MemoryQueue>,
    scheduler: Arc<MemoryScheduler>,
    clock: Arc<ManualClock>,
    config: SagaConfig,
    notifier: WakeUpQueue,
}

fn fixture() -> WakeUpFixture {
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
    let notifier = WakeUpQueue::new(&config, queue.clone(), scheduler.clone(), clock.clone());
    WakeUpFixture { queue, scheduler, clock, config, notifier }
}

/// Returns the saga in a body that the phase's worker accepts.
fn saga_of(body: &str, phase: Phase) -> SagaId {
    let sent = SqsMetadata { at: None, message_id: None };
    let message = Message::parse(body.as_bytes(), SagaFunction::name_of(phase), &sent).unwrap();
    message.typed::<WakeUp>().unwrap().fields.saga
}

#[tokio::test]
async fn a_wake_up_is_a_delayed_message_up_to_15_minutes_and_a_schedule_beyond() {
    let saga = SagaId::random();
    for phase in [Phase::Forward, Phase::Compensate] {
        for (wait, delay) in [(-5_000, 0), (0, 0), (10_500, 10_500), (900_000, 900_000)] {
            let fixture = fixture();
            let at = fixture.clock.now() + TimeDelta::milliseconds(wait);
            fixture.notifier.schedule_wake_up(&saga, phase, at, 4).await;
            let sent = fixture.queue.sent(&fixture.config.queue(phase).url);
            assert_eq!((sent.len(), sent[0].delay), (1, Duration::from_millis(delay)), "{wait}");
            assert_eq!(saga_of(&sent[0].body, phase), saga);
            assert_eq!(fixture.scheduler.schedules(), []);
        }
        for wait in [TimeDelta::milliseconds(900_001), TimeDelta::days(3)] {
            let fixture = fixture();
            let at = fixture.clock.now() + wait;
            for _ in 0..2 {
                fixture.notifier.schedule_wake_up(&saga, phase, at, 4).await;
            }
            let schedules = fixture.scheduler.schedules();
            let [schedule] = &schedules[..] else { panic!("{schedules:?}") };
            assert_eq!((schedule.name.clone(), schedule.at), (format!("{saga}-4"), at));
            assert!(schedule.name.len() <= 64);
            assert_eq!((&schedule.queue_arn, saga_of(&schedule.body, phase)), (&fixture.config.queue(phase).arn, saga));
            assert_eq!(fixture.queue.sent(&fixture.config.queue(phase).url), []);
        }
    }
}

#[tokio::test]
async fn a_wake_up_that_cannot_be_sent_is_no_error() {
    let fixture = fixture();
    fixture.queue.refuse("https://sqs.test/execute");
    fixture.scheduler.refuse();
    for wait in [TimeDelta::zero(), TimeDelta::days(1)] {
        fixture.notifier.schedule_wake_up(&SagaId::random(), Phase::Forward, fixture.clock.now() + wait, 1).await;
    }
    assert_eq!((fixture.queue.sent("https://sqs.test/execute"), fixture.scheduler.schedules()), (vec![], vec![]));
}

#[tokio::test]
async fn a_change_is_announced_and_a_table_that_does_not_answer_is_no_error() {
    let world = World::new().await;
    let announced = Announcement { kind: "snapshot", provider_id: "42".to_owned(), expected: Expected::Disappearance };
    let saga = SagaId::random();
    let change = announced.by(&saga, &world.account, Utc::now() + TimeDelta::hours(1)).unwrap();
    let announcements = TableExpectations(world.embedded.table.clone());
    announcements.expect(&change).await;
    let kept = world.embedded.table.expected_changes(&world.account, &change.key.kind).await.unwrap();
    assert_eq!(kept, std::slice::from_ref(&change));
    world.embedded.requests.crash_at(CrashPoint::Before(1));
    announcements.expect(&change).await;
}
