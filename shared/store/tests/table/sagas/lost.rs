//! Lost responses: a repeated request shows whether the first one succeeded.

use embedded_table::{CrashPoint, EmbeddedTable};
use sagas::ports::{CommitResult, LeaseResult, Reschedule, SagaStore, ScheduleChange, StartResult};
use sagas::record::SagaStatus;

use super::records::{change, id, key, lease, saga};
use crate::fixtures::at;

#[tokio::test]
async fn a_repeated_request_shows_whether_the_first_one_succeeded() {
    for crash_point in [CrashPoint::Before(1), CrashPoint::After(1)] {
        let is_written = crash_point == CrashPoint::After(1);
        let embedded = EmbeddedTable::start().await;
        let surviving: &dyn SagaStore = &embedded.table;
        let crashing = || {
            let (table, requests) = embedded.another_process();
            requests.crash_at(crash_point);
            table
        };

        let start = saga(1, None, at(0)).under(key("a", at(99)));
        SagaStore::start(&crashing(), &start).await.unwrap_err();
        assert_eq!(surviving.load(&id(1)).await.unwrap().is_some(), is_written, "{crash_point:?}");
        assert_eq!(surviving.start(&start).await.unwrap(), StartResult::New, "{crash_point:?}");

        let lease = lease(1, "a", at(0));
        SagaStore::acquire(&crashing(), &lease).await.unwrap_err();
        let record = match (surviving.acquire(&lease).await.unwrap(), is_written) {
            (LeaseResult::Refused(record), true) | (LeaseResult::Granted(record), false) => record,
            other => panic!("{crash_point:?}: {other:?}"),
        };
        assert_eq!((record.scheduling.lease_owner.as_deref(), record.scheduling.fence), (Some("a"), 1));

        let transition = change(&record, "t", SagaStatus::Running, ScheduleChange::Keep);
        SagaStore::commit(&crashing(), &transition).await.unwrap_err();
        match (surviving.commit(&transition).await.unwrap(), is_written) {
            (CommitResult::Refused(record), true) => assert_eq!(record.scheduling.last_tx, "t"),
            (CommitResult::Written, false) => {}
            other => panic!("{crash_point:?}: {other:?}"),
        }
        assert_eq!(surviving.ledger(&id(1)).await.unwrap().len(), 2, "{crash_point:?}");

        let reschedule = Reschedule { saga: id(1), fence: 1, rev: 2, next_due: at(3), polls: 1, denied: 0 };
        SagaStore::reschedule(&crashing(), &reschedule).await.unwrap_err();
        assert_eq!(surviving.reschedule(&reschedule).await.unwrap(), CommitResult::Written, "{crash_point:?}");
        assert_eq!(surviving.load(&id(1)).await.unwrap().unwrap().scheduling.next_due, Some(at(3)));
    }
}
