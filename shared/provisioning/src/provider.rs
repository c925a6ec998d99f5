//! The provider port on DigitalOcean's API.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use access::{AccessRequest, AuthorizedClient, DigitalOceanClients, DigitalOceanFailure, Purpose, Remedy};
use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::{Client, Error, SnapshotResourceType};
use domain::{Account, AccountId, Clock, error_chain};
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::ProviderWrites;
use sagas::Timing;
use sagas::calls::{ReadRequest, ReadResult, WriteRequest, WriteResult};
use sagas::ports::{Fault, Provider, WriteContext};
use sagas::record::Phase;
use store::{Priority, Table};

use crate::{fault, model};

/// The period for which a droplet's actions are read.
const RECENT: TimeDelta = TimeDelta::days(1);

/// DigitalOcean for one work session of a worker, or for one operator's request. It uses the
/// account's token for `provisioning`, and the phase's share of the request budget.
#[derive(Debug)]
pub struct DigitalOceanProvider {
    digitalocean: Arc<DigitalOceanClients>,
    table: Table,
    clock: Arc<dyn Clock>,
    priority: Priority,
    writes: ProviderWrites,
    http_timeout: Duration,
    deadline: Instant,
    /// The account, read once: a saga has only one.
    account: OnceLock<Account>,
    requests: AtomicU64,
}

impl DigitalOceanProvider {
    /// Returns a provider for a phase, which reads until the deadline.
    #[must_use]
    pub fn new(
        digitalocean: Arc<DigitalOceanClients>,
        table: Table,
        clock: Arc<dyn Clock>,
        phase: Phase,
        writes: ProviderWrites,
        timing: &Timing,
        deadline: Instant,
    ) -> Self {
        let priority = match phase {
            Phase::Forward => Priority::Provisioning,
            Phase::Compensate => Priority::Compensation,
        };
        let http_timeout = timing.http_timeout.to_std().unwrap_or_default();
        let (account, requests) = (OnceLock::new(), AtomicU64::new(0));
        Self { digitalocean, table, clock, priority, writes, http_timeout, deadline, account, requests }
    }

    /// Returns the number of HTTP requests made so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Returns which client reads and writes need.
    fn request<'a>(&self, account: &'a Account, deadline: Option<Instant>) -> AccessRequest<'a> {
        AccessRequest { account, purpose: Purpose::Provisioning, priority: self.priority, deadline }
    }

    async fn account(&self, id: &AccountId) -> Result<Account, Fault> {
        if let Some(account) = self.account.get().filter(|account| account.account == *id) {
            return Ok(account.clone());
        }
        match self.table.account(id).await {
            Ok(Some(account)) => {
                // Only the first account is kept.
                _ = self.account.set(account.clone());
                Ok(account)
            }
            Ok(None) => Err(Fault::Unauthorised(format!("the account {id} is not registered; register it again"))),
            Err(error) => Err(Fault::Transient(format!(
                "the account {id} could not be read from the table: {}",
                error_chain(&error)
            ))),
        }
    }

    async fn read_with_retry(&self, account: &AccountId, read: &ReadRequest) -> Result<ReadResult, Fault> {
        let account = self.account(account).await?;
        let request = self.request(&account, Some(self.deadline));
        let refused = |found: &Result<ReadResult, Fault>| matches!(found, Err(Fault::Unauthorised(_)));
        self.digitalocean.with_current_token(&request, refused, |opened| self.read_once(opened, read).boxed()).await
    }

    async fn read_once(
        &self,
        opened: Result<AuthorizedClient, DigitalOceanFailure>,
        read: &ReadRequest,
    ) -> Result<ReadResult, Fault> {
        let client = granted(opened)?.with_attempt_timeout(self.http_timeout);
        let found = fetch(&client, read, self.clock.now()).await;
        self.requests.fetch_add(client.requests(), Ordering::Relaxed);
        found.map_err(|error| fault::of_read(&error))
    }

    async fn write_once(
        &self,
        account: &AccountId,
        write: &WriteRequest,
        context: &WriteContext,
    ) -> Result<WriteResult, Fault> {
        if self.writes == ProviderWrites::Deny {
            return Err(Fault::Refused("writes to DigitalOcean are disabled: PROVIDER_WRITES is `deny`".to_owned()));
        }
        let account = self.account(account).await?;
        let request = self.request(&account, None);
        let client = granted(self.digitalocean.access(&request).await)?;
        // The remaining time is computed with the engine's clock, which a test may control; the
        // client then waits by the machine's clock.
        let left = (context.not_after - self.clock.now()).to_std().unwrap_or_default();
        let client = client.single_attempt(Instant::now() + left, self.http_timeout);
        let outcome = apply_write(&client, write).await;
        self.requests.fetch_add(client.requests(), Ordering::Relaxed);
        let outcome = outcome.map_err(|error| fault::of_write(&error));
        if matches!(outcome, Err(Fault::Unauthorised(_))) {
            // The write is not repeated here; the next one uses the token fetched now.
            let _ = self.digitalocean.access_with_fresh_token(&request).await;
        }
        let WriteContext { saga, op_hash, fence, .. } = context;
        match &outcome {
            Ok(_) => tracing::info!(%saga, op_hash, fence, "write at DigitalOcean carried out"),
            Err(fault) => {
                tracing::warn!(%saga, op_hash, fence, %fault, "write at DigitalOcean failed, or its outcome is unknown");
            }
        }
        outcome
    }
}

fn granted(opened: Result<AuthorizedClient, DigitalOceanFailure>) -> Result<Client, Fault> {
    opened.map(|opened| opened.client).map_err(|DigitalOceanFailure { reason, remedy }| match remedy {
        Remedy::Retry { .. } => Fault::Transient(reason),
        _ => Fault::Unauthorised(reason),
    })
}

async fn fetch(client: &Client, read: &ReadRequest, now: DateTime<Utc>) -> Result<ReadResult, Error> {
    Ok(match read {
        ReadRequest::Records { zone } => {
            // A record that is overlooked would be created twice, so the pages must be consistent
            // with each other.
            let records = client.domains().records(zone).confirmed().collect_all().await?;
            ReadResult::Records(records.items.into_iter().map(model::record).collect())
        }
        ReadRequest::Record { zone, id } => {
            ReadResult::Record(model::record(client.domains().record(zone, *id).await?))
        }
        ReadRequest::Droplet { id } => ReadResult::Droplet(model::droplet(client.droplets().get(*id).await?)),
        ReadRequest::DropletActions { id } => {
            let actions = client.droplets().actions_since(*id, now - RECENT).await?;
            ReadResult::Actions(actions.into_iter().map(model::action).collect())
        }
        ReadRequest::Action { id } => ReadResult::Action(model::action(client.actions().get(*id).await?)),
        ReadRequest::DropletSnapshots => {
            let snapshots =
                client.snapshots().list_by_type(&SnapshotResourceType::Droplet).confirmed().collect_all().await?;
            ReadResult::Snapshots(snapshots.items.into_iter().map(model::snapshot).collect())
        }
    })
}

async fn apply_write(client: &Client, write: &WriteRequest) -> Result<WriteResult, Error> {
    let domains = client.domains();
    Ok(match write {
        WriteRequest::CreateRecord { zone, record, .. } => {
            WriteResult::Record(model::record(domains.create_record(zone, &model::to_send(record)).await?))
        }
        WriteRequest::UpdateRecord { zone, id, record } => {
            WriteResult::Record(model::record(domains.update_record(zone, *id, &model::to_send(record)).await?))
        }
        WriteRequest::DeleteRecord { zone, id, .. } => {
            domains.delete_record(zone, *id).await?;
            WriteResult::Nothing
        }
        WriteRequest::SnapshotDroplet { id, name } => {
            WriteResult::Action(model::action(client.droplets().snapshot(*id, name).await?))
        }
        WriteRequest::DeleteSnapshot { id } => {
            client.snapshots().delete(id).await?;
            WriteResult::Nothing
        }
    })
}

impl Provider for DigitalOceanProvider {
    fn read<'a>(&'a self, account: &'a AccountId, read: &'a ReadRequest) -> BoxFuture<'a, Result<ReadResult, Fault>> {
        self.read_with_retry(account, read).boxed()
    }

    fn write<'a>(
        &'a self,
        account: &'a AccountId,
        write: &'a WriteRequest,
        context: &'a WriteContext,
    ) -> BoxFuture<'a, Result<WriteResult, Fault>> {
        self.write_once(account, write, context).boxed()
    }
}
