//! The due and the stuck sagas, read from the index by the reconciler only: it wakes up the due
//! ones and counts the stuck ones.

use aws_sdk_dynamodb::types::Select;
use chrono::{DateTime, Utc};
use futures::future::try_join_all;
use sagas::ports::DueSaga;
use sagas::record::{SagaId, SagaStatus};
use serde::Deserialize;

use crate::item::{ItemMap, from_item, text, text_of};
use crate::{Error, Table, keys};

/// A due saga as the index entry of its record has it.
#[derive(Deserialize)]
struct DueItem {
    metadata: DueMetadata,
    state: DueState,
    next_due: DateTime<Utc>,
}

#[derive(Deserialize)]
struct DueMetadata {
    id: SagaId,
}

#[derive(Deserialize)]
struct DueState {
    status: SagaStatus,
    rev: u64,
    updated_at: DateTime<Utc>,
}

impl Table {
    /// Counts the stuck sagas, which wait for an operator, up to `most`.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn stuck_sagas(&self, most: usize) -> Result<usize, Error> {
        let query = self.query(Some(keys::GSI1), keys::STUCK, "").select(Select::Count);
        let mut pages = query.limit(i32::try_from(most).unwrap_or(i32::MAX)).into_paginator().send();
        let mut counted = 0;
        while counted < most
            && let Some(page) = pages.next().await
        {
            let page = page.map_err(|e| Error::dynamo("Query", e))?;
            counted += usize::try_from(page.count).unwrap_or_default();
        }
        Ok(counted.min(most))
    }

    /// Reads the sagas of all shards that are due before this time, the longest overdue first.
    pub(super) async fn due_sagas(&self, before: DateTime<Utc>, limit: usize) -> Result<Vec<DueSaga>, Error> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let shards = (0..keys::DUE_SHARDS).map(|shard| self.due_in(shard, before, limit));
        let mut due: Vec<DueSaga> = try_join_all(shards).await?.into_iter().flatten().collect();
        due.sort_by_key(|due| (due.next_due, due.saga));
        due.truncate(limit);
        Ok(due)
    }

    async fn due_in(&self, shard: u64, before: DateTime<Utc>, limit: usize) -> Result<Vec<DueSaga>, Error> {
        let query = self
            .query(Some(keys::GSI1), &keys::due_partition(shard), "")
            .key_condition_expression("#pk = :pk AND #sk <= :before")
            .expression_attribute_names("#sk", keys::GSI1_SK)
            .expression_attribute_values(":before", text(keys::due_sort_key_end(before)))
            .projection_expression("metadata.id, #state.#status, #state.rev, #state.updated_at, next_due, gsi1sk")
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#status", "status")
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let mut pages = query.into_paginator().send();
        let mut found = Vec::new();
        while found.len() < limit
            && let Some(page) = pages.next().await
        {
            let page = page.map_err(|e| Error::dynamo("Query", e))?;
            found.extend(page.items.unwrap_or_default().into_iter().filter_map(due_of));
        }
        Ok(found)
    }
}

/// Converts an index entry. An entry that this build cannot read is logged and skipped, so that the
/// other sagas are still woken up.
fn due_of(item: ItemMap) -> Option<DueSaga> {
    let sort_key = text_of(&item, keys::GSI1_SK).unwrap_or_default().to_owned();
    match from_item::<DueItem>("due saga", item) {
        Ok(DueItem { metadata, state, next_due }) => {
            let DueState { status, rev, updated_at } = state;
            Some(DueSaga { saga: metadata.id, status, rev, next_due, updated_at })
        }
        Err(error) => {
            tracing::error!(
                sort_key,
                error = &error as &dyn std::error::Error,
                "due saga cannot be read and is skipped"
            );
            None
        }
    }
}
