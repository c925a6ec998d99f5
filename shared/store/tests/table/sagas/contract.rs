//! Each condition, holding and not, on both journals.

use chrono::TimeDelta;
use embedded_table::EmbeddedTable;
use sagas::record::{SagaStatus, Take, fold};
use sagas::rim::{Acquired, Committed, DriveChange, Journal, Lane, Lease, PreImage, Started, Tick};
use serde_json::json;

use super::records::{change, id, key, lease, lock, on_both, saga};
use crate::fixtures::{at, keys_of, ttl_of};

#[tokio::test]
async fn a_saga_reads_back_as_it_was_started() {
    on_both(async |journal| {
        let start = saga(1, Some("acme"), at(0));
        assert_eq!(journal.load(&id(1)).await.unwrap(), None);
        assert_eq!(journal.start(&start).await.unwrap(), Started::New);
        assert_eq!(journal.load(&id(1)).await.unwrap(), Some(start.head.clone()));
        assert_eq!(journal.ledger(&id(1)).await.unwrap(), std::slice::from_ref(&start.entry));
        assert_eq!(journal.pre_image(&id(1), 0).await.unwrap(), None);
        assert_eq!(journal.start(&start).await.unwrap(), Started::New, "the same request, its answer lost");
    })
    .await;
}

#[tokio::test]
async fn a_key_starts_one_saga_until_it_expires() {
    on_both(async |journal| {
        let week = at(0) + TimeDelta::days(7);
        let asked = |number, body: &str, now| saga(number, None, now).under(key(body, now + TimeDelta::days(7)));
        assert_eq!(journal.start(&asked(1, "a", at(0))).await.unwrap(), Started::New);
        assert_eq!(journal.start(&asked(1, "a", at(0))).await.unwrap(), Started::New);
        let soon = week - TimeDelta::milliseconds(1);
        assert_eq!(journal.start(&asked(2, "a", soon)).await.unwrap(), Started::Same(id(1)));
        assert_eq!(journal.start(&asked(2, "b", soon)).await.unwrap(), Started::Conflict);
        assert_eq!(journal.load(&id(2)).await.unwrap(), None, "nothing of it is there");
        // The item is still there, but it has expired.
        assert_eq!(journal.start(&asked(2, "b", week)).await.unwrap(), Started::New);
        assert_eq!(journal.start(&asked(3, "b", week)).await.unwrap(), Started::Same(id(2)));
    })
    .await;
}

#[tokio::test]
async fn a_lease_is_for_what_is_due_free_and_of_the_lane() {
    on_both(async |journal| {
        let mut start = saga(1, None, at(0));
        start.head.drive.next_due = Some(at(5));
        journal.start(&start).await.unwrap();
        let second = TimeDelta::seconds(1);
        assert_eq!(journal.acquire(&lease(2, "a", at(5))).await.unwrap(), Acquired::Unknown);
        let refused = Acquired::Refused(Box::new(start.head.clone()));
        assert_eq!(journal.acquire(&lease(1, "a", at(5) - second)).await.unwrap(), refused, "not due");
        let other_lane = Lease { lane: Lane::Compensate, ..lease(1, "a", at(5)) };
        assert_eq!(journal.acquire(&other_lane).await.unwrap(), refused, "another lane's");
        let Acquired::Granted(head) = journal.acquire(&lease(1, "a", at(5))).await.unwrap() else { panic!("free") };
        assert_eq!((head.drive.fence, head.drive.takeovers), (1, 1));
        assert_eq!(head.drive.lease_owner.as_deref(), Some("a"));
        assert_eq!(
            (head.drive.lease_until, &head.about, &head.state),
            (Some(at(6)), &start.head.about, &start.head.state)
        );
        let held = Acquired::Refused(head);
        // The lease ran out, but by a clock that may be behind.
        for now in [at(5), at(6), at(6) + second * 5] {
            assert_eq!(journal.acquire(&lease(1, "b", now)).await.unwrap(), held, "{now}");
        }
        let late = at(6) + second * 5 + TimeDelta::milliseconds(1);
        let Acquired::Granted(head) = journal.acquire(&lease(1, "b", late)).await.unwrap() else { panic!("run out") };
        assert_eq!((head.drive.fence, head.drive.takeovers), (2, 2));
    })
    .await;
}

#[tokio::test]
async fn of_two_who_ask_at_once_one_gets_the_lease() {
    on_both(async |journal| {
        journal.start(&saga(1, None, at(0))).await.unwrap();
        let leases = ["a", "b", "c", "d"].map(|owner| lease(1, owner, at(0)));
        let asked = futures::future::join_all(leases.iter().map(|lease| journal.acquire(lease))).await;
        let granted = asked.into_iter().filter(|asked| matches!(asked.as_ref().unwrap(), Acquired::Granted(_))).count();
        assert_eq!((granted, journal.load(&id(1)).await.unwrap().unwrap().drive.fence), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_change_is_written_on_the_head_it_was_decided_on() {
    on_both(async |journal| {
        journal.start(&saga(1, None, at(0))).await.unwrap();
        let Acquired::Granted(head) = journal.acquire(&lease(1, "a", at(0))).await.unwrap() else { panic!("free") };
        let mut good = change(&head, "t1", SagaStatus::Running, DriveChange::Keep);
        good.pre = Some(PreImage { step: 1, at: at(0), stash: json!({ "records": [{ "id": 7, "ttl": null }] }) });
        for (what, spoil) in [
            ("revision", (|t| t.expect.rev += 1) as fn(&mut sagas::rim::Transition)),
            ("fence", |t| t.expect.fence = Some(9)),
            ("status", |t| t.expect.status = SagaStatus::Waiting),
        ] {
            let mut bad = good.clone();
            spoil(&mut bad);
            assert_eq!(journal.commit(&bad).await.unwrap(), Committed::Refused(head.clone()), "another {what}");
        }
        assert_eq!(journal.ledger(&id(1)).await.unwrap().len(), 1);
        assert_eq!(journal.commit(&good).await.unwrap(), Committed::Written);
        let after = journal.load(&id(1)).await.unwrap().unwrap();
        assert_eq!(after, good.on(&head));
        assert_eq!(journal.pre_image(&id(1), 1).await.unwrap(), good.pre);
        // The same again, its answer lost: it knows itself by its `tx`.
        let Committed::Refused(again) = journal.commit(&good).await.unwrap() else { panic!("written twice") };
        assert_eq!((again.drive.last_tx.as_str(), &*again), ("t1", &after));
        // A person's change asks for no fence, and leaves the lease.
        let mut word = change(&after, "t2", SagaStatus::Running, DriveChange::Wake(at(1)));
        word.expect.fence = None;
        assert_eq!(journal.commit(&word).await.unwrap(), Committed::Written);
        let woken = journal.load(&id(1)).await.unwrap().unwrap();
        assert_eq!((woken.drive.lease_owner.as_deref(), woken.drive.next_due), (Some("a"), Some(at(1))));
        let ledger = journal.ledger(&id(1)).await.unwrap();
        assert_eq!(fold(&ledger).unwrap(), woken.state);
    })
    .await;
}

#[tokio::test]
async fn each_change_leaves_lease_and_time_as_it_should() {
    for drive in [DriveChange::Keep, DriveChange::Rest(at(9)), DriveChange::Clear, DriveChange::Wake(at(9))] {
        on_both(async |journal| {
            journal.start(&saga(1, None, at(0))).await.unwrap();
            let Acquired::Granted(head) = journal.acquire(&lease(1, "a", at(0))).await.unwrap() else { panic!("free") };
            let ends = drive == DriveChange::Clear;
            let status = if ends { SagaStatus::Succeeded } else { SagaStatus::Running };
            let transition = change(&head, "t", status, drive);
            assert_eq!(journal.commit(&transition).await.unwrap(), Committed::Written, "{drive:?}");
            let after = transition.on(&head);
            assert_eq!(journal.load(&id(1)).await.unwrap(), Some(after.clone()), "{drive:?}");
            let due: Vec<_> = journal.due(at(60), 9).await.unwrap().into_iter().map(|due| due.next_due).collect();
            assert_eq!(due, after.drive.next_due.into_iter().collect::<Vec<_>>(), "{drive:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn locks_are_taken_all_or_none_and_given_back_by_their_holder() {
    on_both(async |journal| {
        for number in [1, 2] {
            journal.start(&saga(number, None, at(0))).await.unwrap();
        }
        let head = |number| {
            let journal = journal.clone();
            async move { journal.load(&id(number)).await.unwrap().unwrap() }
        };
        let step = async |number, take: &[(&str, Take)], release: &[&str]| {
            let current = head(number).await;
            let tx = format!("{number} {}", current.state.rev);
            let mut transition = change(&current, &tx, SagaStatus::Running, DriveChange::Keep);
            if current.status() == SagaStatus::Pending {
                transition.expect.status = SagaStatus::Pending;
            }
            transition.take = take.iter().map(|(name, how)| (lock(name), *how)).collect();
            transition.release = release.iter().map(|name| lock(name)).collect();
            let committed = journal.commit(&transition).await.unwrap();
            if committed != Committed::Written {
                assert_eq!(head(number).await, current, "all or nothing");
            }
            committed
        };
        use Take::Untouched;
        // After all that happens here, at 7; and before.
        let (free, soon) = (Take::Free { settled: at(7) }, Take::Free { settled: at(6) });
        let written = Committed::Written;
        assert_eq!(step(1, &[("a", free), ("b", free)], &[]).await, written);
        assert_eq!(step(1, &[("a", free), ("b", Untouched)], &[]).await, written, "it holds them");
        assert_eq!(step(2, &[("c", free), ("b", free), ("a", free)], &[]).await, Committed::Locked(lock("b")));
        assert_eq!(step(2, &[], &["a", "b"]).await, written, "what is not its own it does not give back");
        assert_eq!(step(2, &[("b", free)], &[]).await, Committed::Locked(lock("b")));
        assert_eq!(step(1, &[], &["a", "b"]).await, written);
        assert_eq!(step(1, &[("b", Untouched)], &["b"]).await, written, "nobody was there since");
        assert_eq!(step(1, &[("a", soon)], &["a"]).await, written, "it knows itself what it did");
        assert_eq!(
            step(2, &[("c", soon), ("b", soon)], &[]).await,
            Committed::Locked(lock("b")),
            "given back just now"
        );
        assert_eq!(step(2, &[("c", free), ("b", free)], &[]).await, written);
        assert_eq!(step(2, &[], &["b", "c"]).await, written);
        assert_eq!(step(1, &[("b", Untouched)], &[]).await, Committed::Locked(lock("b")), "another was there");
        assert_eq!(step(1, &[("b", free), ("d", Untouched)], &[]).await, written);
    })
    .await;
}

#[tokio::test]
async fn a_look_gives_the_lease_back_unless_something_changed() {
    on_both(async |journal| {
        journal.start(&saga(1, None, at(0))).await.unwrap();
        let Acquired::Granted(head) = journal.acquire(&lease(1, "a", at(0))).await.unwrap() else { panic!("free") };
        let tick = Tick { saga: id(1), fence: 1, rev: 1, next_due: at(3), polls: 4, denied: 2 };
        for bad in [Tick { fence: 2, ..tick.clone() }, Tick { rev: 2, ..tick.clone() }] {
            assert_eq!(journal.tick(&bad).await.unwrap(), Committed::Refused(head.clone()));
        }
        assert_eq!(journal.tick(&tick).await.unwrap(), Committed::Written);
        let after = journal.load(&id(1)).await.unwrap().unwrap();
        assert_eq!(after.state, head.state, "the ledger knows nothing of it");
        let drive = &after.drive;
        assert_eq!((drive.next_due, drive.polls, drive.denied, drive.takeovers), (Some(at(3)), 4, 2, 0));
        assert_eq!((&drive.lease_owner, drive.lease_until, drive.fence), (&None, None, 1));
        assert_eq!(journal.due(at(3), 9).await.unwrap()[0].next_due, at(3));
        assert_eq!(journal.due(at(2), 9).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn the_longest_overdue_come_first_from_every_shard() {
    on_both(async |journal| {
        for number in 0..23 {
            let mut start = saga(number, None, at(0));
            start.head.drive.next_due = Some(at(i64::from(number * 7 % 23)));
            journal.start(&start).await.unwrap();
        }
        for (limit, expected) in [(0, 0), (1, 1), (5, 5), (100, 21)] {
            let due = journal.due(at(20), limit).await.unwrap();
            let times: Vec<_> = due.iter().map(|due| due.next_due).collect();
            assert_eq!(times, (0..expected).map(at).collect::<Vec<_>>(), "up to {limit}");
            assert!(due.iter().all(|due| (due.status, due.rev, due.updated_at) == (SagaStatus::Pending, 1, at(0))));
        }
    })
    .await;
}

/// What the twin does not have: whoever counts those that wait for people reads no others, however many there are.
#[tokio::test]
async fn a_saga_that_is_stuck_is_listed_until_people_have_spoken() {
    let embedded = EmbeddedTable::start().await;
    let journal: &dyn Journal = &embedded.table;
    for (number, drive, status) in [
        (1, DriveChange::Clear, SagaStatus::Closed),
        (2, DriveChange::Wake(at(9)), SagaStatus::Unwinding),
        (3, DriveChange::Rest(at(9)), SagaStatus::Running),
    ] {
        let start = saga(number, None, at(0));
        journal.start(&start).await.unwrap();
        let stuck = change(&start.head, "stuck", SagaStatus::Stuck, DriveChange::Clear);
        assert_eq!(journal.commit(&stuck).await.unwrap(), Committed::Written);
        assert_eq!(embedded.table.stuck_sagas(9).await.unwrap(), 1);
        assert!(
            journal.due(at(1_000_000), 9).await.unwrap().iter().all(|due| due.saga != id(number)),
            "it is never due"
        );
        let head = journal.load(&id(number)).await.unwrap().unwrap();
        assert_eq!(journal.commit(&change(&head, "spoken", status, drive)).await.unwrap(), Committed::Written);
        assert_eq!(embedded.table.stuck_sagas(9).await.unwrap(), 0, "{status:?}");
    }
    for number in 4..9 {
        let start = saga(number, None, at(0));
        journal.start(&start).await.unwrap();
        journal.commit(&change(&start.head, "stuck", SagaStatus::Stuck, DriveChange::Clear)).await.unwrap();
    }
    assert_eq!((embedded.table.stuck_sagas(9).await.unwrap(), embedded.table.stuck_sagas(3).await.unwrap()), (5, 3));
}

/// What the twin does not have: items as they are designed.
#[tokio::test]
async fn the_items_of_a_saga_are_as_designed() {
    let embedded = EmbeddedTable::start().await;
    let journal: &dyn Journal = &embedded.table;
    let start = saga(1, Some("acme"), at(0)).under(key("a", at(10)));
    journal.start(&start).await.unwrap();
    let is_listed_as_due = async || embedded.dump().await.iter().any(|item| item.contains("DUE#"));
    assert!(is_listed_as_due().await);
    let mut end = change(&start.head, "t", SagaStatus::Succeeded, DriveChange::Clear);
    end.pre = Some(PreImage { step: 2, at: at(0), stash: json!([]) });
    end.take = vec![(lock("www"), Take::Free { settled: at(0) })];
    assert_eq!(journal.commit(&end).await.unwrap(), Committed::Written);
    assert!(!is_listed_as_due().await, "its time and its entry in the index go together");
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
    // It ended: it cannot end again, whoever says so.
    let again = change(&end.on(&start.head), "u", SagaStatus::Succeeded, DriveChange::Clear);
    let again = sagas::rim::Transition { terminal: end.terminal.clone(), ..again };
    assert!(journal.commit(&again).await.unwrap_err().0.to_string().contains("TERMINAL is there already"));
}
