//! The promises about sagas that ran to their end: pure functions from measurements to violations.

use sagas::record::SagaStatus;

use super::{DriveResult, STEPS, Sagas};
use crate::text::count;

/// The number of table requests that an uneventful step may take. It includes the step's part of
/// the requests for the lease and the account, but not those that start the saga, announce its
/// changes to the inventory or reserve its requests to DigitalOcean.
pub(crate) const REQUESTS_OF_A_STEP: f64 = 4.0;

/// The number of requests to DigitalOcean that an uneventful step on one record may take: the list
/// of the zone, and the write. The answer to the write confirms it.
pub(crate) const CALLS_OF_A_STEP: f64 = 2.0;

/// Returns each violated promise as a sentence; empty when all check.
pub(crate) fn violations(measured: &Sagas) -> Vec<String> {
    let Sagas { sagas, succeeded, rolled_back, .. } = measured;
    let mut wrong = Vec::new();
    let mut check = |holds: bool, sentence: String| {
        if !holds {
            wrong.push(format!("{} sagas: {sentence}", count(*sagas)));
        }
    };
    let endings = [(SagaStatus::Succeeded, succeeded, STEPS), (SagaStatus::RolledBack, rolled_back, 2 * STEPS)];
    for (status, driven, writes_of_a_saga) in endings {
        let ended = driven.in_status(status);
        check(ended == *sagas, format!("{ended} ended {status:?}; the statuses are {:?}", driven.statuses));
        let DriveResult { replayed, inconsistent, .. } = driven;
        check(
            *replayed > 0 && *inconsistent == 0,
            format!("{inconsistent} of {replayed} ledgers do not reproduce their saga's state"),
        );
        let (writes, needed) = (driven.calls(true), sagas * writes_of_a_saga);
        check(writes == needed, format!("{status:?}: the simulator received {writes} writes, {needed} were needed"));
    }
    let left = succeeded.leftovers;
    check(left == 0, format!("{left} records differ from what the successful sagas should leave"));
    check(
        rolled_back.leftovers == 0,
        "after all sagas were rolled back, the account differs from its state before".to_owned(),
    );
    let requests = succeeded.table_requests() / measured.steps();
    check(
        requests <= REQUESTS_OF_A_STEP,
        format!("an uneventful step took {requests:.2} table requests, the bound is {REQUESTS_OF_A_STEP}"),
    );
    let calls = f64::from(succeeded.calls(false)) / measured.steps();
    check(
        calls <= CALLS_OF_A_STEP,
        format!("an uneventful step took {calls:.2} requests to DigitalOcean, the bound is {CALLS_OF_A_STEP}"),
    );
    wrong
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::measured::TableUsage;

    fn driven(status: SagaStatus, writes: u32) -> DriveResult {
        let requests = [("TransactWriteItems", 60), ("UpdateItem", 60), ("PutItem", 500)];
        let requests = requests.map(|(name, times)| (name.to_owned(), times)).into();
        DriveResult {
            statuses: HashMap::from([(status, 10)]),
            driving: TableUsage { requests, ..TableUsage::default() },
            replayed: 5,
            calls: [("GET x", 30), ("POST x", writes)].map(|(kind, times)| (kind.to_owned(), times)).into(),
            ..DriveResult::default()
        }
    }

    fn good() -> Sagas {
        let (succeeded, rolled_back) = (driven(SagaStatus::Succeeded, 30), driven(SagaStatus::RolledBack, 60));
        Sagas { sagas: 10, workers: 8, succeeded, rolled_back }
    }

    #[test]
    fn good_sagas_violate_nothing() {
        assert_eq!(violations(&good()), Vec::<String>::new());
    }

    #[test]
    fn each_violation_is_reported() {
        type Mutation = fn(&mut Sagas);
        let cases: [(Mutation, &str); 10] = [
            (|of| of.succeeded.statuses = HashMap::from([(SagaStatus::Stuck, 10)]), "0 ended Succeeded"),
            (|of| _ = of.rolled_back.statuses.insert(SagaStatus::RolledBack, 9), "9 ended RolledBack"),
            (|of| of.rolled_back.inconsistent = 1, "1 of 5 ledgers"),
            (|of| of.succeeded.replayed = 0, "0 of 0 ledgers"),
            (|of| _ = of.succeeded.calls.insert("PUT x".to_owned(), 1), "received 31 writes, 30 were"),
            (|of| of.rolled_back.calls.clear(), "received 0 writes, 60 were"),
            (|of| of.succeeded.leftovers = 2, "2 records differ"),
            (|of| of.rolled_back.leftovers = 1, "differs from its state before"),
            (|of| _ = of.succeeded.driving.requests.insert("Query".to_owned(), 1), "took 4.03 table requests"),
            (|of| _ = of.succeeded.calls.insert("GET x".to_owned(), 31), "took 2.03 requests to DigitalOcean"),
        ];
        for (mutate, expected) in cases {
            let mut sagas = good();
            mutate(&mut sagas);
            let violations = violations(&sagas);
            assert!(violations.iter().any(|sentence| sentence.contains(expected)), "{expected}: {violations:?}");
        }
    }
}
