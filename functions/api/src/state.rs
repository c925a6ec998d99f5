//! The state that all handlers share.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{Clock, Kind, RunId};
use runtime::{Message, OutgoingMessage, Queue};
use serde::Serialize;
use store::{AuditEntry, Reader, Table};

use crate::config::ApiConfig;
use crate::http::caller::{Admin, Caller};
use crate::http::cursor::CursorKey;
use crate::http::cursor_keys::CursorKeys;
use crate::http::observe::RequestId;
use crate::http::problem::ApiProblem;
use crate::provisioning::Provisioning;

/// The state that all handlers share: configuration, table, queues, clock and keys. Cloning copies
/// one pointer.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

struct Shared {
    config: ApiConfig,
    table: Table,
    queue: Arc<dyn Queue>,
    clock: Arc<dyn Clock>,
    cursor_keys: CursorKeys,
    provisioning: Option<Provisioning>,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").field("config", &self.0.config).finish_non_exhaustive()
    }
}

impl AppState {
    /// Combines the parts. `provisioning` is `None` in the function that does not serve sagas.
    #[must_use]
    pub fn new(
        config: ApiConfig,
        table: Table,
        queue: Arc<dyn Queue>,
        clock: Arc<dyn Clock>,
        cursor_keys: CursorKeys,
        provisioning: Option<Provisioning>,
    ) -> Self {
        Self(Arc::new(Shared { config, table, queue, clock, cursor_keys, provisioning }))
    }

    /// The dependencies of saga routes besides the table and the clock.
    ///
    /// # Errors
    /// 500 in the function that is not configured for sagas, which API Gateway should not have
    /// called for these routes.
    pub fn provisioning(&self) -> Result<&Provisioning, ApiProblem> {
        self.0.provisioning.as_ref().ok_or_else(|| {
            tracing::error!(
                "function not configured for sagas; route /sagas and /provisioning to the function that is"
            );
            ApiProblem::internal()
        })
    }

    /// The key that encrypts and authenticates cursors.
    ///
    /// # Errors
    /// 503 if Secrets Manager does not return the secret.
    pub async fn cursor_key(&self) -> Result<&CursorKey, ApiProblem> {
        self.0.cursor_keys.key().await
    }

    /// The clock of the process; tests replace it.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    /// The configuration, read once when the process starts.
    #[must_use]
    pub fn config(&self) -> &ApiConfig {
        &self.0.config
    }

    /// The current time in UTC.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// The reader for this caller's scope. Callers who are not admins have no other access to the
    /// table.
    #[must_use]
    pub fn reader(&self, caller: &Caller) -> Reader {
        self.0.table.reader(caller.scope())
    }

    /// The table itself, for writes. The parameter proves that the caller is an admin.
    #[must_use]
    pub fn table(&self, _admin: &Admin) -> &Table {
        &self.0.table
    }

    /// The audit entry of a change that the admin makes now.
    #[must_use]
    pub fn audit(
        &self,
        admin: &Admin,
        request: &RequestId,
        action: &str,
        target: impl Into<String>,
        values: serde_json::Value,
    ) -> AuditEntry {
        AuditEntry {
            id: request.0.clone(),
            at: self.now(),
            actor: admin.subject().to_owned(),
            action: action.to_owned(),
            target: target.into(),
            values,
        }
    }

    /// Sends a request for a run of a worker to the worker's queue: for one account or for all
    /// (`*`), for one of the worker's kinds or for all.
    ///
    /// # Errors
    /// 503 if the queue does not accept the message.
    pub async fn enqueue_run(&self, worker: &str, account: &str, kind: Option<&Kind>) -> Result<RunId, ApiProblem> {
        let kind = kind.map(|kind| ("kind", kind));
        self.enqueue(worker, account, &BTreeMap::from_iter(kind)).await
    }

    /// Sends a message with fields that only this worker reads to the worker's queue, for one
    /// account or for all (`*`).
    ///
    /// # Errors
    /// 503 if the queue does not accept the message.
    pub async fn enqueue<T: Serialize + Sync>(
        &self,
        worker: &str,
        account: &str,
        fields: &T,
    ) -> Result<RunId, ApiProblem> {
        // The configuration is rejected at start unless it has every worker's queue.
        let Some(queue) = self.0.config.worker_queues.get(worker) else { return Err(ApiProblem::internal()) };
        let run_id = RunId::random();
        let message = Message::new(worker, account, self.now(), run_id.as_str()).with_fields(fields)?;
        let fields = serde_json::Value::from(message.fields.clone());
        self.0.queue.send(queue, OutgoingMessage::new(message.to_body())).await?;
        tracing::info!(worker, account, %fields, run_id = run_id.as_str(), "worker run requested");
        Ok(run_id)
    }
}
