//! Every condition of the saga store, fulfilled and violated, on both implementations.

use chrono::TimeDelta;
use embedded_table::EmbeddedTable;
use sagas::ports::{
    CommitResult, LeaseRequest, LeaseResult, PreImage, Reschedule, SagaStore, ScheduleChange, StartResult,
};
use sagas::record::{LockCondition, Phase, SagaStatus, fold};
use serde_json::json;

use super::records::{change, id, key, lease, lock, on_both, saga};
use crate::fixtures::{at, keys_of, ttl_of};

#[tokio::test]
async fn a_saga_is_read_as_it_was_started() {
    on_both(async |saga_store| {
        let start = saga(1, Some("acme"), at(0));
        assert_eq!(saga_store.load(&id(1)).await.unwrap(), None);
        assert_eq!(saga_store.start(&start).await.unwrap(), StartResult::New);
        assert_eq!(saga_store.load(&id(1)).await.unwrap(), Some(start.record.clone()));
        assert_eq!(saga_store.ledger(&id(1)).await.unwrap(), std::slice::from_ref(&start.entry));
        assert_eq!(saga_store.pre_image(&id(1), 0).await.unwrap(), None);
        assert_eq!(saga_store.start(&start).await.unwrap(), StartResult::New, "the same request after a lost response");
    })
    .await;
}

#[tokio::test]
async fn a_key_starts_one_saga_until_it_expires() {
    on_both(async |saga_store| {
        let week = at(0) + TimeDelta::days(7);
        let start_request =
            |number, body: &str, now| saga(number, None, now).under(key(body, now + TimeDelta::days(7)));
        assert_eq!(saga_store.start(&start_request(1, "a", at(0))).await.unwrap(), StartResult::New);
        assert_eq!(saga_store.start(&start_request(1, "a", at(0))).await.unwrap(), StartResult::New);
        let before_release = week - TimeDelta::milliseconds(1);
        assert_eq!(saga_store.start(&start_request(2, "a", before_release)).await.unwrap(), StartResult::Same(id(1)));
        assert_eq!(saga_store.start(&start_request(2, "b", before_release)).await.unwrap(), StartResult::Conflict);
        assert_eq!(saga_store.load(&id(2)).await.unwrap(), None, "no part of the refused start is stored");
        // The item still exists, but it has expired.
        assert_eq!(saga_store.start(&start_request(2, "b", week)).await.unwrap(), StartResult::New);
        assert_eq!(saga_store.start(&start_request(3, "b", week)).await.unwrap(), StartResult::Same(id(2)));
    })
    .await;
}

#[tokio::test]
async fn a_lease_requires_a_due_and_free_saga_in_the_phase() {
    on_both(async |saga_store| {
        let mut start = saga(1, None, at(0));
        start.record.scheduling.next_due = Some(at(5));
        saga_store.start(&start).await.unwrap();
        let second = TimeDelta::seconds(1);
        assert_eq!(saga_store.acquire(&lease(2, "a", at(5))).await.unwrap(), LeaseResult::Unknown);
        let refused = LeaseResult::Refused(Box::new(start.record.clone()));
        assert_eq!(saga_store.acquire(&lease(1, "a", at(5) - second)).await.unwrap(), refused, "the saga is not due");
        let other_phase = LeaseRequest { phase: Phase::Compensate, ..lease(1, "a", at(5)) };
        assert_eq!(saga_store.acquire(&other_phase).await.unwrap(), refused, "the saga is in another phase");
        let LeaseResult::Granted(record) = saga_store.acquire(&lease(1, "a", at(5))).await.unwrap() else {
            panic!("free")
        };
        assert_eq!((record.scheduling.fence, record.scheduling.takeovers), (1, 1));
        assert_eq!(record.scheduling.lease_owner.as_deref(), Some("a"));
        assert_eq!(
            (record.scheduling.lease_until, &record.metadata, &record.state),
            (Some(at(6)), &start.record.metadata, &start.record.state)
        );
        let held = LeaseResult::Refused(record);
        // The lease has expired, but by a clock that may be behind.
        for now in [at(5), at(6), at(6) + second * 5] {
            assert_eq!(saga_store.acquire(&lease(1, "b", now)).await.unwrap(), held, "{now}");
        }
        let late = at(6) + second * 5 + TimeDelta::milliseconds(1);
        let LeaseResult::Granted(record) = saga_store.acquire(&lease(1, "b", late)).await.unwrap() else {
            panic!("the lease has expired")
        };
        assert_eq!((record.scheduling.fence, record.scheduling.takeovers), (2, 2));
    })
    .await;
}

#[tokio::test]
async fn one_of_two_concurrent_requests_gets_the_lease() {
    on_both(async |saga_store| {
        saga_store.start(&saga(1, None, at(0))).await.unwrap();
        let leases = ["a", "b", "c", "d"].map(|owner| lease(1, owner, at(0)));
        let start_request = futures::future::join_all(leases.iter().map(|lease| saga_store.acquire(lease))).await;
        let granted = start_request
            .into_iter()
            .filter(|start_request| matches!(start_request.as_ref().unwrap(), LeaseResult::Granted(_)))
            .count();
        assert_eq!((granted, saga_store.load(&id(1)).await.unwrap().unwrap().scheduling.fence), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_change_is_written_only_on_the_record_it_was_computed_from() {
    on_both(async |saga_store| {
        saga_store.start(&saga(1, None, at(0))).await.unwrap();
        let LeaseResult::Granted(record) = saga_store.acquire(&lease(1, "a", at(0))).await.unwrap() else {
            panic!("free")
        };
        let mut good = change(&record, "t1", SagaStatus::Running, ScheduleChange::Keep);
        good.pre_image =
            Some(PreImage { step: 1, at: at(0), content: json!({ "records": [{ "id": 7, "ttl": null }] }) });
        for (what, spoil) in [
            ("revision", (|t| t.precondition.rev += 1) as fn(&mut sagas::ports::Transition)),
            ("fence", |t| t.precondition.fence = Some(9)),
            ("status", |t| t.precondition.status = SagaStatus::Waiting),
        ] {
            let mut bad = good.clone();
            spoil(&mut bad);
            assert_eq!(saga_store.commit(&bad).await.unwrap(), CommitResult::Refused(record.clone()), "another {what}");
        }
        assert_eq!(saga_store.ledger(&id(1)).await.unwrap().len(), 1);
        assert_eq!(saga_store.commit(&good).await.unwrap(), CommitResult::Written);
        let after = saga_store.load(&id(1)).await.unwrap().unwrap();
        assert_eq!(after, good.on(&record));
        assert_eq!(saga_store.pre_image(&id(1), 1).await.unwrap(), good.pre_image);
        // The same request again, as after a lost response: the store recognizes it by its `tx`.
        let CommitResult::Refused(again) = saga_store.commit(&good).await.unwrap() else { panic!("written twice") };
        assert_eq!((again.scheduling.last_tx.as_str(), &*again), ("t1", &after));
        // An operator's change requires no fencing token and leaves the lease in place.
        let mut by_operator = change(&after, "t2", SagaStatus::Running, ScheduleChange::Wake(at(1)));
        by_operator.precondition.fence = None;
        assert_eq!(saga_store.commit(&by_operator).await.unwrap(), CommitResult::Written);
        let woken = saga_store.load(&id(1)).await.unwrap().unwrap();
        assert_eq!((woken.scheduling.lease_owner.as_deref(), woken.scheduling.next_due), (Some("a"), Some(at(1))));
        let ledger = saga_store.ledger(&id(1)).await.unwrap();
        assert_eq!(fold(&ledger).unwrap(), woken.state);
    })
    .await;
}

#[tokio::test]
async fn each_change_leaves_the_expected_lease_and_due_time() {
    for schedule in
        [ScheduleChange::Keep, ScheduleChange::Park(at(9)), ScheduleChange::Clear, ScheduleChange::Wake(at(9))]
    {
        on_both(async |saga_store| {
            saga_store.start(&saga(1, None, at(0))).await.unwrap();
            let LeaseResult::Granted(record) = saga_store.acquire(&lease(1, "a", at(0))).await.unwrap() else {
                panic!("free")
            };
            let ends = schedule == ScheduleChange::Clear;
            let status = if ends { SagaStatus::Succeeded } else { SagaStatus::Running };
            let transition = change(&record, "t", status, schedule);
            assert_eq!(saga_store.commit(&transition).await.unwrap(), CommitResult::Written, "{schedule:?}");
            let after = transition.on(&record);
            assert_eq!(saga_store.load(&id(1)).await.unwrap(), Some(after.clone()), "{schedule:?}");
            let due: Vec<_> = saga_store.due(at(60), 9).await.unwrap().into_iter().map(|due| due.next_due).collect();
            assert_eq!(due, after.scheduling.next_due.into_iter().collect::<Vec<_>>(), "{schedule:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn locks_are_acquired_all_or_none_and_released_by_their_holder() {
    on_both(async |saga_store| {
        for number in [1, 2] {
            saga_store.start(&saga(number, None, at(0))).await.unwrap();
        }
        let record = |number| {
            let saga_store = saga_store.clone();
            async move { saga_store.load(&id(number)).await.unwrap().unwrap() }
        };
        let step = async |number, take: &[(&str, LockCondition)], release: &[&str]| {
            let current = record(number).await;
            let tx = format!("{number} {}", current.state.rev);
            let mut transition = change(&current, &tx, SagaStatus::Running, ScheduleChange::Keep);
            if current.status() == SagaStatus::Pending {
                transition.precondition.status = SagaStatus::Pending;
            }
            transition.take = take.iter().map(|(name, how)| (lock(name), *how)).collect();
            transition.release = release.iter().map(|name| lock(name)).collect();
            let committed = saga_store.commit(&transition).await.unwrap();
            if committed != CommitResult::Written {
                assert_eq!(record(number).await, current, "all or nothing");
            }
            committed
        };
        use LockCondition::Untouched;
        // A time after all releases of this test (7), and one before the last of them.
        let (free, before_release) =
            (LockCondition::Free { released_before: at(7) }, LockCondition::Free { released_before: at(6) });
        let written = CommitResult::Written;
        assert_eq!(step(1, &[("a", free), ("b", free)], &[]).await, written);
        assert_eq!(step(1, &[("a", free), ("b", Untouched)], &[]).await, written, "the saga holds these locks already");
        assert_eq!(step(2, &[("c", free), ("b", free), ("a", free)], &[]).await, CommitResult::Locked(lock("b")));
        assert_eq!(step(2, &[], &["a", "b"]).await, written, "a saga does not release locks of another");
        assert_eq!(step(2, &[("b", free)], &[]).await, CommitResult::Locked(lock("b")));
        assert_eq!(step(1, &[], &["a", "b"]).await, written);
        assert_eq!(step(1, &[("b", Untouched)], &["b"]).await, written, "no other saga has held the lock since");
        assert_eq!(step(1, &[("a", before_release)], &["a"]).await, written, "the last holder needs no cool-down");
        assert_eq!(
            step(2, &[("c", before_release), ("b", before_release)], &[]).await,
            CommitResult::Locked(lock("b")),
            "the lock was released just now"
        );
        assert_eq!(step(2, &[("c", free), ("b", free)], &[]).await, written);
        assert_eq!(step(2, &[], &["b", "c"]).await, written);
        assert_eq!(
            step(1, &[("b", Untouched)], &[]).await,
            CommitResult::Locked(lock("b")),
            "another saga has held the lock"
        );
        assert_eq!(step(1, &[("b", free), ("d", Untouched)], &[]).await, written);
    })
    .await;
}

#[tokio::test]
async fn a_poll_releases_the_lease_unless_the_saga_has_changed() {
    on_both(async |saga_store| {
        saga_store.start(&saga(1, None, at(0))).await.unwrap();
        let LeaseResult::Granted(record) = saga_store.acquire(&lease(1, "a", at(0))).await.unwrap() else {
            panic!("free")
        };
        let reschedule = Reschedule { saga: id(1), fence: 1, rev: 1, next_due: at(3), polls: 4, denied: 2 };
        for bad in [Reschedule { fence: 2, ..reschedule.clone() }, Reschedule { rev: 2, ..reschedule.clone() }] {
            assert_eq!(saga_store.reschedule(&bad).await.unwrap(), CommitResult::Refused(record.clone()));
        }
        assert_eq!(saga_store.reschedule(&reschedule).await.unwrap(), CommitResult::Written);
        let after = saga_store.load(&id(1)).await.unwrap().unwrap();
        assert_eq!(after.state, record.state, "a reschedule does not change the state");
        let scheduling = &after.scheduling;
        assert_eq!(
            (scheduling.next_due, scheduling.polls, scheduling.denied, scheduling.takeovers),
            (Some(at(3)), 4, 2, 0)
        );
        assert_eq!((&scheduling.lease_owner, scheduling.lease_until, scheduling.fence), (&None, None, 1));
        assert_eq!(saga_store.due(at(3), 9).await.unwrap()[0].next_due, at(3));
        assert_eq!(saga_store.due(at(2), 9).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn the_longest_overdue_sagas_of_all_shards_come_first() {
    on_both(async |saga_store| {
        for number in 0..23 {
            let mut start = saga(number, None, at(0));
            start.record.scheduling.next_due = Some(at(i64::from(number * 7 % 23)));
            saga_store.start(&start).await.unwrap();
        }
        for (limit, expected) in [(0, 0), (1, 1), (5, 5), (100, 21)] {
            let due = saga_store.due(at(20), limit).await.unwrap();
            let times: Vec<_> = due.iter().map(|due| due.next_due).collect();
            assert_eq!(times, (0..expected).map(at).collect::<Vec<_>>(), "up to {limit}");
            assert!(due.iter().all(|due| (due.status, due.rev, due.updated_at) == (SagaStatus::Pending, 1, at(0))));
        }
    })
    .await;
}

/// Beyond the in-memory store: counting the stuck sagas reads no other sagas, however many there
/// are.
#[tokio::test]
async fn a_stuck_saga_is_listed_until_an_operator_decides() {
    let embedded = EmbeddedTable::start().await;
    let saga_store: &dyn SagaStore = &embedded.table;
    for (number, schedule, status) in [
        (1, ScheduleChange::Clear, SagaStatus::Closed),
        (2, ScheduleChange::Wake(at(9)), SagaStatus::Unwinding),
        (3, ScheduleChange::Park(at(9)), SagaStatus::Running),
    ] {
        let start = saga(number, None, at(0));
        saga_store.start(&start).await.unwrap();
        let stuck = change(&start.record, "stuck", SagaStatus::Stuck, ScheduleChange::Clear);
        assert_eq!(saga_store.commit(&stuck).await.unwrap(), CommitResult::Written);
        assert_eq!(embedded.table.stuck_sagas(9).await.unwrap(), 1);
        assert!(
            saga_store.due(at(1_000_000), 9).await.unwrap().iter().all(|due| due.saga != id(number)),
            "a stuck saga is never due"
        );
        let record = saga_store.load(&id(number)).await.unwrap().unwrap();
        assert_eq!(
            saga_store.commit(&change(&record, "spoken", status, schedule)).await.unwrap(),
            CommitResult::Written
        );
        assert_eq!(embedded.table.stuck_sagas(9).await.unwrap(), 0, "{status:?}");
    }
    for number in 4..9 {
        let start = saga(number, None, at(0));
        saga_store.start(&start).await.unwrap();
        saga_store.commit(&change(&start.record, "stuck", SagaStatus::Stuck, ScheduleChange::Clear)).await.unwrap();
    }
    assert_eq!((embedded.table.stuck_sagas(9).await.unwrap(), embedded.table.stuck_sagas(3).await.unwrap()), (5, 3));
}

/// Beyond the in-memory store: the items have the documented layout.
#[tokio::test]
async fn the_items_of_a_saga_have_the_documented_layout() {
    let embedded = EmbeddedTable::start().await;
    let saga_store: &dyn SagaStore = &embedded.table;
    let start = saga(1, Some("acme"), at(0)).under(key("a", at(10)));
    saga_store.start(&start).await.unwrap();
    let is_listed_as_due = async || embedded.dump().await.iter().any(|item| item.contains("DUE#"));
    assert!(is_listed_as_due().await);
    let mut end = change(&start.record, "t", SagaStatus::Succeeded, ScheduleChange::Clear);
    end.pre_image = Some(PreImage { step: 2, at: at(0), content: json!([]) });
    end.take = vec![(lock("www"), LockCondition::Free { released_before: at(0) })];
    assert_eq!(saga_store.commit(&end).await.unwrap(), CommitResult::Written);
    assert!(!is_listed_as_due().await, "the due time and its index entry are removed together");
    let saga = format!("SAGA#{}", id(1));
    let expected = [
        "IDEM#admin#k / IDEM".to_owned(),
        "LOCK#dns#demo#shop.example#www / LOCK".to_owned(),
        format!("{saga} / HEAD"),
        format!("{saga} / LEDGER#0000000001"),
        format!("{saga} / LEDGER#0000000002"),
        format!("{saga} / PRE#2"),
        format!("{saga} / TENANT"),
        format!("{saga} / TERMINAL"),
    ];
    assert_eq!(keys_of(&embedded).await, expected);
    assert_eq!(ttl_of(&embedded, &store::keys::idempotency("admin", "k")).await, at(10).timestamp());
    // The saga has ended: it cannot end again, by any actor.
    let again = change(&end.on(&start.record), "u", SagaStatus::Succeeded, ScheduleChange::Clear);
    let again = sagas::ports::Transition { terminal: end.terminal.clone(), ..again };
    assert!(saga_store.commit(&again).await.unwrap_err().0.to_string().contains("TERMINAL exists already"));
}
