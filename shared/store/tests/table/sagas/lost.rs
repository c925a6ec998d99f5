//! Answers that are lost: whoever asks again learns what became of it.

use embedded_table::{CrashPoint, EmbeddedTable};
use sagas::ports::{CommitResult, LeaseResult, Reschedule, SagaStore, ScheduleChange, StartResult};
use sagas::record::SagaStatus;

use super::records::{change, id, key, lease, saga};
use crate::fixtures::at;

#[tokio::test]
async fn whoever_lost_an_answer_learns_it_by_asking_again() {
    for death in [CrashPoint::Before(1), CrashPoint::After(1)] {
        let landed = death == CrashPoint::After(1);
        let embedded = EmbeddedTable::start().await;
        let alive: &dyn SagaStore = &embedded.table;
        let dying = || {
            let (table, requests) = embedded.another_process();
            requests.crash_at(death);
            table
        };

        let start = saga(1, None, at(0)).under(key("a", at(99)));
        SagaStore::start(&dying(), &start).await.unwrap_err();
        assert_eq!(alive.load(&id(1)).await.unwrap().is_some(), landed, "{death:?}");
        assert_eq!(alive.start(&start).await.unwrap(), StartResult::New, "{death:?}");

        let lease = lease(1, "a", at(0));
        SagaStore::acquire(&dying(), &lease).await.unwrap_err();
        let record = match (alive.acquire(&lease).await.unwrap(), landed) {
            (LeaseResult::Refused(record), true) | (LeaseResult::Granted(record), false) => record,
            other => panic!("{death:?}: {other:?}"),
        };
        assert_eq!((record.scheduling.lease_owner.as_deref(), record.scheduling.fence), (Some("a"), 1));

        let transition = change(&record, "t", SagaStatus::Running, ScheduleChange::Keep);
        SagaStore::commit(&dying(), &transition).await.unwrap_err();
        match (alive.commit(&transition).await.unwrap(), landed) {
            (CommitResult::Refused(record), true) => assert_eq!(record.scheduling.last_tx, "t"),
            (CommitResult::Written, false) => {}
            other => panic!("{death:?}: {other:?}"),
        }
        assert_eq!(alive.ledger(&id(1)).await.unwrap().len(), 2, "{death:?}");

        let reschedule = Reschedule { saga: id(1), fence: 1, rev: 2, next_due: at(3), polls: 1, denied: 0 };
        SagaStore::reschedule(&dying(), &reschedule).await.unwrap_err();
        assert_eq!(alive.reschedule(&reschedule).await.unwrap(), CommitResult::Written, "{death:?}");
        assert_eq!(alive.load(&id(1)).await.unwrap().unwrap().scheduling.next_due, Some(at(3)));
    }
}
