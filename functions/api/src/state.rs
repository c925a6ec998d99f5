//! What handlers share.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use axum::body::Bytes;
use chrono::{DateTime, Utc};
use domain::{Clock, Kind, RunId};
use runtime::{Message, OutgoingMessage, Queue};
use serde::Serialize;
use store::{Reader, Table};

use crate::caller::{Admin, Caller};
use crate::cursor::CursorKey;
use crate::cursor_keys::CursorKeys;
use crate::problem::ApiProblem;
use crate::provisioning::Provisioning;
use crate::{ApiConfig, openapi};

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

struct Shared {
    config: ApiConfig,
    table: Table,
    queue: Arc<dyn Queue>,
    clock: Arc<dyn Clock>,
    cursor_keys: CursorKeys,
    provisioning: Option<Provisioning>,
    document: OnceLock<Bytes>,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl AppState {
    /// Over a table, the workers' queues, a clock, the key of cursors, and what sagas need besides, where the function serves them.
    #[must_use]
    pub fn new(
        config: ApiConfig,
        table: Table,
        queue: Arc<dyn Queue>,
        clock: Arc<dyn Clock>,
        cursor_keys: CursorKeys,
        provisioning: Option<Provisioning>,
    ) -> Self {
        Self(Arc::new(Shared { config, table, queue, clock, cursor_keys, provisioning, document: OnceLock::new() }))
    }

    /// What sagas need besides the table and the clock.
    ///
    /// # Errors
    /// Where the function does not serve them: the gateway should not have sent the request here.
    pub fn provisioning(&self) -> Result<&Provisioning, ApiProblem> {
        self.0.provisioning.as_ref().ok_or_else(|| {
            tracing::error!(
                "this function is not configured for sagas: route /sagas and /provisioning to the one that is"
            );
            ApiProblem::internal()
        })
    }

    /// The key that seals cursors.
    ///
    /// # Errors
    /// 503 when Secrets Manager does not give it.
    pub async fn cursor_key(&self) -> Result<&CursorKey, ApiProblem> {
        self.0.cursor_keys.key().await
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &ApiConfig {
        &self.0.config
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// What this caller may read: the only way to the table for those who are not admins.
    #[must_use]
    pub fn reader(&self, caller: &Caller) -> Reader {
        self.0.table.reader(caller.scope())
    }

    /// The table itself, to write to; an admin's.
    #[must_use]
    pub fn table(&self, _admin: &Admin) -> &Table {
        &self.0.table
    }

    /// The OpenAPI document, written out on first use: most invocations never need it.
    #[must_use]
    pub fn document(&self) -> Bytes {
        self.0.document.get_or_init(|| openapi::document_text().into()).clone()
    }

    /// Sends a run of a worker for an account, or for all (`*`), to the worker's queue: of one of its kinds, or of all.
    ///
    /// # Errors
    /// When the queue does not take it.
    pub async fn enqueue_run(&self, worker: &str, account: &str, kind: Option<&Kind>) -> Result<RunId, ApiProblem> {
        let kind = kind.map(|kind| ("kind", kind));
        self.enqueue(worker, account, &BTreeMap::from_iter(kind)).await
    }

    /// Sends a message with these fields of the worker's own, for an account, or for all (`*`), to the worker's queue.
    ///
    /// # Errors
    /// When the queue does not take it.
    pub async fn enqueue<T: Serialize + Sync>(
        &self,
        worker: &str,
        account: &str,
        fields: &T,
    ) -> Result<RunId, ApiProblem> {
        // The configuration is refused unless it names every worker's queue.
        let Some(queue) = self.0.config.worker_queues.get(worker) else { return Err(ApiProblem::internal()) };
        let run_id = RunId::random();
        let message = Message::new(worker, account, self.now(), run_id.as_str()).with_fields(fields)?;
        let fields = serde_json::Value::from(message.fields.clone());
        self.0.queue.send(queue, OutgoingMessage::new(message.to_body())).await?;
        tracing::info!(worker, account, %fields, run_id = run_id.as_str(), "run asked for");
        Ok(run_id)
    }
}
