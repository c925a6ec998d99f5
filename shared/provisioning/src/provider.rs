//! DigitalOcean, as the sagas need it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::{AccessDenied, AuthorizedClient, DigitalOceanClients, Purpose};
use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::{Client, Error, RequestDeadline, SnapshotResourceType};
use domain::{Account, AccountId, Clock, error_chain};
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::ProviderWrites;
use sagas::Timing;
use sagas::ports::{Fault, Phase, Provider, ReadRequest, ReadResult, WriteContext, WriteRequest, WriteResult};
use store::{Priority, Table};

use crate::fault::{RequestKind, fault_of};
use crate::model;

/// How far back a droplet's actions are read.
const RECENT: TimeDelta = TimeDelta::days(1);

/// DigitalOcean for one turn of a worker, or one request of a person: with the account's token for `provisioning`, out of the phase's share
/// of the rate budget.
#[derive(Debug)]
pub struct DigitalOceanProvider {
    digitalocean: Arc<DigitalOceanClients>,
    table: Table,
    clock: Arc<dyn Clock>,
    priority: Priority,
    writes: ProviderWrites,
    http_timeout: Duration,
    deadline: RequestDeadline,
    /// Of a saga there is one.
    account: Mutex<Option<Account>>,
    requests: AtomicU64,
}

impl DigitalOceanProvider {
    /// For a phase, reading until the deadline.
    #[must_use]
    pub fn new(
        digitalocean: Arc<DigitalOceanClients>,
        table: Table,
        clock: Arc<dyn Clock>,
        phase: Phase,
        writes: ProviderWrites,
        timing: &Timing,
        deadline: RequestDeadline,
    ) -> Self {
        let priority = match phase {
            Phase::Forward => Priority::Provisioning,
            Phase::Compensate => Priority::Compensation,
        };
        let http_timeout = timing.http_timeout.to_std().unwrap_or_default();
        let (account, requests) = (Mutex::default(), AtomicU64::new(0));
        Self { digitalocean, table, clock, priority, writes, http_timeout, deadline, account, requests }
    }

    /// HTTP requests made so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// The way in, with a token fetched anew if so asked.
    async fn open(&self, account: &AccountId, anew: bool, deadline: RequestDeadline) -> Result<Client, Fault> {
        let account = self.account(account).await?;
        let (purpose, priority) = (Purpose::Provisioning, self.priority);
        let opened = match anew {
            false => self.digitalocean.access(&account, purpose, priority, deadline).await,
            true => self.digitalocean.access_with_fresh_token(&account, purpose, priority, deadline).await,
        };
        match opened {
            Ok(AuthorizedClient { client, .. }) => Ok(client.with_own_counter()),
            Err(AccessDenied { reason, retry: true }) => Err(Fault::Transient(reason)),
            Err(AccessDenied { reason, retry: false }) => Err(Fault::Unauthorised(reason)),
        }
    }

    async fn account(&self, id: &AccountId) -> Result<Account, Fault> {
        let known = self.account.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(account) = known.filter(|account| account.account == *id) {
            return Ok(account);
        }
        match self.table.account(id).await {
            Ok(Some(account)) => {
                *self.account.lock().unwrap_or_else(PoisonError::into_inner) = Some(account.clone());
                Ok(account)
            }
            Ok(None) => Err(Fault::Unauthorised(format!("the account {id} is not registered; register it again"))),
            Err(error) => Err(Fault::Transient(format!("the account {id} could not be read: {}", error_chain(&error)))),
        }
    }

    async fn reads(&self, account: &AccountId, read: &ReadRequest) -> Result<ReadResult, Fault> {
        let mut anew = false;
        loop {
            let client = self.open(account, anew, self.deadline).await?.with_attempt_timeout(self.http_timeout);
            let found = find(&client, read, self.clock.now()).await;
            self.requests.fetch_add(client.requests(), Ordering::Relaxed);
            match found.map_err(|error| fault_of(&error, RequestKind::Read)) {
                // The token may have been changed since it was fetched: once, the one that is in force now is tried.
                Err(Fault::Unauthorised(_)) if !anew => anew = true,
                found => return found,
            }
        }
    }

    async fn writes(
        &self,
        account: &AccountId,
        write: &WriteRequest,
        context: &WriteContext,
    ) -> Result<WriteResult, Fault> {
        if self.writes == ProviderWrites::Deny {
            return Err(Fault::Refused("writes to DigitalOcean are off: PROVIDER_WRITES is `deny` here".to_owned()));
        }
        let client = self.open(account, false, RequestDeadline::none()).await?;
        // On the engine's clock, which a test may have in hand; what is left of it is waited for on the machine's.
        let left = (context.not_after - self.clock.now()).to_std().unwrap_or_default();
        let client = client.single_attempt(RequestDeadline::after(left), self.http_timeout);
        let made = make(&client, write).await;
        self.requests.fetch_add(client.requests(), Ordering::Relaxed);
        let made = made.map_err(|error| fault_of(&error, RequestKind::Write));
        if matches!(made, Err(Fault::Unauthorised(_))) {
            // It is not repeated here; the next one has the token that is in force now.
            let _ = self.open(account, true, RequestDeadline::none()).await;
        }
        let WriteContext { saga, op_hash, fence, .. } = context;
        match &made {
            Ok(_) => tracing::info!(%saga, op_hash, fence, "written at DigitalOcean"),
            Err(fault) => tracing::warn!(%saga, op_hash, fence, %fault, "a write at DigitalOcean"),
        }
        made
    }
}

async fn find(client: &Client, read: &ReadRequest, now: DateTime<Utc>) -> Result<ReadResult, Error> {
    Ok(match read {
        ReadRequest::Records { zone } => {
            // A record that is overlooked would be made twice: the pages must agree with each other.
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

async fn make(client: &Client, write: &WriteRequest) -> Result<WriteResult, Error> {
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
        self.reads(account, read).boxed()
    }

    fn write<'a>(
        &'a self,
        account: &'a AccountId,
        write: &'a WriteRequest,
        context: &'a WriteContext,
    ) -> BoxFuture<'a, Result<WriteResult, Fault>> {
        self.writes(account, write, context).boxed()
    }
}
