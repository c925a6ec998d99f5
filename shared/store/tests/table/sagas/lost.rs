//! Answers that are lost: whoever asks again learns what became of it.

use embedded_table::{Death, EmbeddedTable};
use sagas::record::SagaStatus;
use sagas::rim::{Acquired, Committed, DriveChange, Journal, Started, Tick};

use super::records::{change, id, key, lease, saga};
use crate::fixtures::at;

#[tokio::test]
async fn whoever_lost_an_answer_learns_it_by_asking_again() {
    for death in [Death::Before(1), Death::After(1)] {
        let landed = death == Death::After(1);
        let embedded = EmbeddedTable::start().await;
        let alive: &dyn Journal = &embedded.table;
        let dying = || {
            let (table, requests) = embedded.another_process();
            requests.die(death);
            table
        };

        let start = saga(1, None, at(0)).under(key("a", at(99)));
        Journal::start(&dying(), &start).await.unwrap_err();
        assert_eq!(alive.load(&id(1)).await.unwrap().is_some(), landed, "{death:?}");
        assert_eq!(alive.start(&start).await.unwrap(), Started::New, "{death:?}");

        let lease = lease(1, "a", at(0));
        Journal::acquire(&dying(), &lease).await.unwrap_err();
        let head = match (alive.acquire(&lease).await.unwrap(), landed) {
            (Acquired::Refused(head), true) | (Acquired::Granted(head), false) => head,
            other => panic!("{death:?}: {other:?}"),
        };
        assert_eq!((head.drive.lease_owner.as_deref(), head.drive.fence), (Some("a"), 1));

        let transition = change(&head, "t", SagaStatus::Running, DriveChange::Keep);
        Journal::commit(&dying(), &transition).await.unwrap_err();
        match (alive.commit(&transition).await.unwrap(), landed) {
            (Committed::Refused(head), true) => assert_eq!(head.drive.last_tx, "t"),
            (Committed::Written, false) => {}
            other => panic!("{death:?}: {other:?}"),
        }
        assert_eq!(alive.ledger(&id(1)).await.unwrap().len(), 2, "{death:?}");

        let tick = Tick { saga: id(1), fence: 1, rev: 2, next_due: at(3), polls: 1, denied: 0 };
        Journal::tick(&dying(), &tick).await.unwrap_err();
        assert_eq!(alive.tick(&tick).await.unwrap(), Committed::Written, "{death:?}");
        assert_eq!(alive.load(&id(1)).await.unwrap().unwrap().drive.next_due, Some(at(3)));
    }
}
