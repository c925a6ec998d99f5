//! Conflicts that an embedded DynamoDB cannot produce: another transaction on the same item at the
//! same moment.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use domain::{Kind, SweepStatus};
use serde_json::json;
use store::{ConfirmOutcome, Error, RegisterOutcome, ResourceCommitOutcome, SyncCompletion, SyncLease, Table};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

use crate::fixtures::{account, at, audit, demo, receipt, resource, run, write};

/// Returns a table that answers the first `conflicts` transactions with a conflict.
async fn table_with_conflicts(conflicts: u64) -> (Table, MockServer) {
    let cancelled = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]",
        "CancellationReasons": [
            { "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" },
            { "Code": "None" },
        ],
    });
    table_rejecting_with(&cancelled, conflicts).await
}

/// Returns a table that answers the first `conflicts` requests with this rejection.
async fn table_rejecting_with(rejection: &serde_json::Value, conflicts: u64) -> (Table, MockServer) {
    let server = MockServer::start().await;
    let refused = ResponseTemplate::new(400).set_body_raw(rejection.to_string(), "application/x-amz-json-1.0");
    Mock::given(method("POST")).respond_with(refused).up_to_n_times(conflicts).mount(&server).await;
    let written = ResponseTemplate::new(200).set_body_raw("{}", "application/x-amz-json-1.0");
    Mock::given(method("POST")).respond_with(written).with_priority(9).mount(&server).await;
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(server.uri())
        .build();
    (Table::new(Client::from_conf(config), "table_with_conflicts"), server)
}

#[tokio::test]
async fn every_transaction_is_retried_after_a_conflict() {
    let droplets = Kind::from_static("droplet");
    let (table, server) = table_with_conflicts(2).await;
    assert_eq!(
        table.commit_resource(&write(None, &resource("droplet", "1"))).await.unwrap(),
        ResourceCommitOutcome::Written
    );
    assert_eq!(server.received_requests().await.unwrap().len(), 3);

    let (table, _server) = table_with_conflicts(2).await;
    assert_eq!(table.register_account(&account("demo"), &audit("a")).await.unwrap(), RegisterOutcome::New);

    let (table, _server) = table_with_conflicts(2).await;
    assert_eq!(table.confirm_hold(&demo(), &droplets, &run("r"), &audit("a")).await.unwrap(), ConfirmOutcome::Recorded);

    // A confirmation at the moment at which a sweep completes: the sweep's receipt is not lost.
    let (table, _server) = table_with_conflicts(2).await;
    let lease = SyncLease { account: demo(), kind: droplets, owner: "a".to_owned(), fence: 1, until: at(5) };
    let receipt = receipt("r", SweepStatus::Complete, at(1));
    assert!(
        table
            .complete_sync(
                &lease,
                &SyncCompletion { receipt, listed: true, hold: None, scan_progress: None, urn_kinds: None }
            )
            .await
            .unwrap()
    );
}

/// An operator's change and a worker's write at the same moment: each is retried, and neither
/// fails.
#[tokio::test]
async fn the_writes_of_a_saga_are_retried_after_a_conflict() {
    use crate::sagas::records::{change, id, saga};
    use ::sagas::ports::{CommitResult, Reschedule, SagaStore, ScheduleChange, StartResult};

    let start = saga(1, None, at(0));
    let (table, _server) = table_with_conflicts(2).await;
    assert_eq!(SagaStore::start(&table, &start).await.unwrap(), StartResult::New);

    let (table, server) = table_with_conflicts(2).await;
    let transition = change(&start.record, "t", ::sagas::record::SagaStatus::Running, ScheduleChange::Keep);
    assert_eq!(SagaStore::commit(&table, &transition).await.unwrap(), CommitResult::Written);
    assert_eq!(server.received_requests().await.unwrap().len(), 3);

    let conflict = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
        "message": "Transaction is ongoing for the item",
    });
    let (table, server) = table_rejecting_with(&conflict, 2).await;
    let reschedule = Reschedule { saga: id(1), fence: 1, rev: 1, next_due: at(1), polls: 1, denied: 0 };
    assert_eq!(SagaStore::reschedule(&table, &reschedule).await.unwrap(), CommitResult::Written);
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
}

#[tokio::test]
async fn endless_contention_is_reported() {
    let (table, server) = table_with_conflicts(u64::MAX).await;
    let error = table.commit_resource(&write(None, &resource("droplet", "1"))).await.unwrap_err();
    assert!(matches!(&error, Error::Contended { what, .. } if what == "KIND#demo#droplet / 1"), "{error}");
    assert_eq!(server.received_requests().await.unwrap().len(), 6);
}
