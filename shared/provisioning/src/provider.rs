//! DigitalOcean, as the sagas need it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use access::{DigitalOcean, Opened, Purpose, Refusal};
use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::{Client, Deadline, Error, SnapshotResourceType};
use domain::{Account, AccountId, Clock, error_chain};
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::ProviderWrites;
use sagas::Timing;
use sagas::rim::{Fault, Found, Lane, Made, Provider, Read, Stamp, Write};
use store::{Priority, Table};

use crate::fault::{Sent, fault_of};
use crate::model;

/// How far back a droplet's actions are read.
const RECENT: TimeDelta = TimeDelta::days(1);

/// DigitalOcean for one turn of a worker, or one request of a person: with the account's token for `provisioning`, out of the lane's share
/// of the rate budget.
#[derive(Debug)]
pub struct DigitalOceanProvider {
    digitalocean: Arc<DigitalOcean>,
    table: Table,
    clock: Arc<dyn Clock>,
    priority: Priority,
    writes: ProviderWrites,
    http_timeout: Duration,
    deadline: Deadline,
    /// Of a saga there is one.
    account: Mutex<Option<Account>>,
    requests: AtomicU64,
}

impl DigitalOceanProvider {
    /// For a lane, reading until the deadline.
    #[must_use]
    pub fn new(
        digitalocean: Arc<DigitalOcean>,
        table: Table,
        clock: Arc<dyn Clock>,
        lane: Lane,
        writes: ProviderWrites,
        timing: &Timing,
        deadline: Deadline,
    ) -> Self {
        let priority = match lane {
            Lane::Execute => Priority::Provisioning,
            Lane::Compensate => Priority::Compensation,
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
    async fn open(&self, account: &AccountId, anew: bool, deadline: Deadline) -> Result<Client, Fault> {
        let account = self.account(account).await?;
        let (purpose, priority) = (Purpose::Provisioning, self.priority);
        let opened = match anew {
            false => self.digitalocean.access(&account, purpose, priority, deadline).await,
            true => self.digitalocean.access_anew(&account, purpose, priority, deadline).await,
        };
        match opened {
            Ok(Opened { client, .. }) => Ok(client.with_own_counter()),
            Err(Refusal { reason, retry: true }) => Err(Fault::Transient(reason)),
            Err(Refusal { reason, retry: false }) => Err(Fault::Unauthorised(reason)),
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

    async fn reads(&self, account: &AccountId, read: &Read) -> Result<Found, Fault> {
        let mut anew = false;
        loop {
            let client = self.open(account, anew, self.deadline).await?.with_attempt_timeout(self.http_timeout);
            let found = find(&client, read, self.clock.now()).await;
            self.requests.fetch_add(client.requests(), Ordering::Relaxed);
            match found.map_err(|error| fault_of(&error, Sent::Read)) {
                // The token may have been changed since it was fetched: once, the one that is in force now is tried.
                Err(Fault::Unauthorised(_)) if !anew => anew = true,
                found => return found,
            }
        }
    }

    async fn writes(&self, account: &AccountId, write: &Write, stamp: &Stamp) -> Result<Made, Fault> {
        if self.writes == ProviderWrites::Deny {
            return Err(Fault::Refused("writes to DigitalOcean are off: PROVIDER_WRITES is `deny` here".to_owned()));
        }
        let client = self.open(account, false, Deadline::none()).await?;
        // On the engine's clock, which a test may have in hand; what is left of it is waited for on the machine's.
        let left = (stamp.not_after - self.clock.now()).to_std().unwrap_or_default();
        let client = client.once(Deadline::after(left), self.http_timeout);
        let made = make(&client, write).await;
        self.requests.fetch_add(client.requests(), Ordering::Relaxed);
        let made = made.map_err(|error| fault_of(&error, Sent::Write));
        if matches!(made, Err(Fault::Unauthorised(_))) {
            // It is not repeated here; the next one has the token that is in force now.
            let _ = self.open(account, true, Deadline::none()).await;
        }
        let Stamp { saga, op_hash, fence, .. } = stamp;
        match &made {
            Ok(_) => tracing::info!(%saga, op_hash, fence, "written at DigitalOcean"),
            Err(fault) => tracing::warn!(%saga, op_hash, fence, %fault, "a write at DigitalOcean"),
        }
        made
    }
}

async fn find(client: &Client, read: &Read, now: DateTime<Utc>) -> Result<Found, Error> {
    Ok(match read {
        Read::Records { zone } => {
            // A record that is overlooked would be made twice: the pages must agree with each other.
            let records = client.domains().records(zone).confirmed().collect_all().await?;
            Found::Records(records.items.into_iter().map(model::record).collect())
        }
        Read::Record { zone, id } => Found::Record(model::record(client.domains().record(zone, *id).await?)),
        Read::Droplet { id } => Found::Droplet(model::droplet(client.droplets().get(*id).await?)),
        Read::DropletActions { id } => {
            let actions = client.droplets().actions_since(*id, now - RECENT).await?;
            Found::Actions(actions.into_iter().map(model::action).collect())
        }
        Read::Action { id } => Found::Action(model::action(client.actions().get(*id).await?)),
        Read::DropletSnapshots => {
            let snapshots =
                client.snapshots().list_of(&SnapshotResourceType::Droplet).confirmed().collect_all().await?;
            Found::Snapshots(snapshots.items.into_iter().map(model::snapshot).collect())
        }
    })
}

async fn make(client: &Client, write: &Write) -> Result<Made, Error> {
    let domains = client.domains();
    Ok(match write {
        Write::CreateRecord { zone, record, .. } => {
            Made::Record(model::record(domains.create_record(zone, &model::to_send(record)).await?))
        }
        Write::UpdateRecord { zone, id, record } => {
            Made::Record(model::record(domains.update_record(zone, *id, &model::to_send(record)).await?))
        }
        Write::DeleteRecord { zone, id, .. } => {
            domains.delete_record(zone, *id).await?;
            Made::Nothing
        }
        Write::SnapshotDroplet { id, name } => {
            Made::Action(model::action(client.droplets().snapshot(*id, name).await?))
        }
        Write::DeleteSnapshot { id } => {
            client.snapshots().delete(id).await?;
            Made::Nothing
        }
    })
}

impl Provider for DigitalOceanProvider {
    fn read<'a>(&'a self, account: &'a AccountId, read: &'a Read) -> BoxFuture<'a, Result<Found, Fault>> {
        self.reads(account, read).boxed()
    }

    fn write<'a>(
        &'a self,
        account: &'a AccountId,
        write: &'a Write,
        stamp: &'a Stamp,
    ) -> BoxFuture<'a, Result<Made, Fault>> {
        self.writes(account, write, stamp).boxed()
    }
}
