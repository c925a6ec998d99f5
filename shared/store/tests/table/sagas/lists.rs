//! Tests of the reads on behalf of callers.

use domain::{Scope, TenantId};
use embedded_table::EmbeddedTable;
use sagas::ports::{SagaStore, ScheduleChange};
use sagas::record::{SagaRecord, SagaStatus};
use store::{Reader, SagaFilter};

use super::records::{change, id, saga};
use crate::fixtures::{at, tenant};

/// Creates sagas 0 to 11, one a minute. Every third belongs to acme and every third to globex, the
/// even ones are custom, and the first four have succeeded.
async fn seeded() -> EmbeddedTable {
    let embedded = EmbeddedTable::start().await;
    let saga_store: &dyn SagaStore = &embedded.table;
    for number in 0..12 {
        let owner = [None, Some("acme"), Some("globex")][number as usize % 3];
        let start = saga(number, owner, at(i64::from(number)));
        saga_store.start(&start).await.unwrap();
        if number < 4 {
            let end = change(&start.record, "end", SagaStatus::Succeeded, ScheduleChange::Clear);
            saga_store.commit(&end).await.unwrap();
        }
    }
    embedded
}

/// Reads all pages of a list; returns the numbers of the sagas.
async fn listed(reader: &Reader, filter: &SagaFilter, limit: usize) -> Vec<u32> {
    let mut found: Vec<SagaRecord> = Vec::new();
    let mut from = None;
    loop {
        let page = reader.sagas(filter, from.as_ref(), limit).await.unwrap();
        assert!(page.items.len() <= limit);
        found.extend(page.items);
        from = page.next;
        if from.is_none() {
            let number = |record: &SagaRecord| (0..12).find(|number| id(*number) == record.metadata.id).unwrap();
            return found.iter().map(number).collect();
        }
    }
}

#[tokio::test]
async fn sagas_are_listed_newest_first_by_scope_and_filter() {
    let embedded = seeded().await;
    let all = SagaFilter::default();
    let of = |tenant: TenantId| SagaFilter { tenant: Some(tenant), ..SagaFilter::default() };
    let succeeded = SagaFilter { status: Some(SagaStatus::Succeeded), ..SagaFilter::default() };
    let both = SagaFilter { saga_type: Some("custom".to_owned()), ..succeeded.clone() };
    let acme = || Scope::Tenant(tenant("acme"));
    for (scope, filter, expected) in [
        (Scope::Platform, &all, vec![11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        (Scope::Platform, &succeeded, vec![3, 2, 1, 0]),
        (Scope::Platform, &both, vec![2, 0]),
        (Scope::Platform, &of(tenant("globex")), vec![11, 8, 5, 2]),
        (acme(), &all, vec![10, 7, 4, 1]),
        (acme(), &of(tenant("acme")), vec![10, 7, 4, 1]),
        (acme(), &of(tenant("globex")), vec![]),
        (acme(), &succeeded, vec![1]),
    ] {
        let reader = embedded.table.reader(scope.clone());
        for limit in [1, 3, 200] {
            assert_eq!(listed(&reader, filter, limit).await, expected, "{scope:?} {filter:?} by {limit}");
        }
    }
}

#[tokio::test]
async fn a_tenant_reads_its_own_saga_and_its_ledger() {
    let embedded = seeded().await;
    for (scope, sees) in
        [(Scope::Platform, true), (Scope::Tenant(tenant("acme")), true), (Scope::Tenant(tenant("globex")), false)]
    {
        let reader = embedded.table.reader(scope.clone());
        assert_eq!(reader.saga(&id(1)).await.unwrap().is_some(), sees, "{scope:?}");
        assert_eq!(reader.saga_ledger(&id(1), None, 10).await.unwrap().is_some(), sees, "{scope:?}");
        assert_eq!(reader.saga(&id(99)).await.unwrap(), None);
        assert!(reader.saga_ledger(&id(99), None, 10).await.unwrap().is_none());
    }
    let reader = embedded.table.reader(Scope::Platform);
    let mut revs = Vec::new();
    let mut after = None;
    loop {
        let page = reader.saga_ledger(&id(1), after.as_ref(), 1).await.unwrap().unwrap();
        revs.extend(page.items.iter().map(|entry| entry.rev));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(revs, [1, 2]);
}
