//! A provider and all that it uses: the simulator's demo account, an embedded table, secrets in
//! memory.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use access::DigitalOceanClients;
use chrono::{TimeDelta, Utc};
use digitalocean_sim::{RequestFilter, Seed, Simulator, Token};
use domain::{Account, AccountId, AccountStatus, SystemClock};
use embedded_table::EmbeddedTable;
use futures::FutureExt;
use futures::future::BoxFuture;
use provisioning::DigitalOceanProvider;
use runtime::secrets::{FetchError, SecretSource};
use runtime::{ProviderWrites, Secrets};
use sagas::Timing;
use sagas::calls::{ReadRequest, ReadResult, RecordFields, WriteRequest, WriteResult};
use sagas::ports::{Fault, Provider, WriteContext};
use sagas::record::{Phase, SagaId};
use secrecy::SecretString;

pub(crate) const ZONE: &str = "bakkerij-jansen.example";
pub(crate) const RECORD: u64 = 61_100_003;
pub(crate) const DROPLET: u64 = 402_117_301;
pub(crate) const SNAPSHOT: &str = "198402113";
pub(crate) const TOKEN: &str = "dop_v1_demo_provisioning";
pub(crate) const SECRET: &str = "arcadia/test/do/demo/provisioning";

/// A fake Secrets Manager: the results of fetches by name; the last result is repeated for ever.
#[derive(Clone, Default)]
pub(crate) struct Vault(Arc<Mutex<HashMap<String, Fetches>>>);

/// The results of fetches, one after the other; an error is a Secrets Manager that does not answer.
type Fetches = VecDeque<Result<String, ()>>;

impl Vault {
    pub(crate) fn put(&self, name: &str, values: &[Result<&str, ()>]) {
        let values = values.iter().map(|value| value.map(str::to_owned)).collect();
        self.0.lock().unwrap().insert(name.to_owned(), values);
    }
}

impl SecretSource for Vault {
    fn fetch<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<SecretString, FetchError>> {
        async move {
            let mut secrets = self.0.lock().unwrap();
            let values = secrets.get_mut(name).ok_or(FetchError::NotFound)?;
            let value = if values.len() > 1 { values.pop_front() } else { values.front().cloned() };
            match value {
                Some(Ok(value)) => Ok(value.into()),
                _ => Err(FetchError::Failed("ThrottlingException: Rate exceeded".into())),
            }
        }
        .boxed()
    }
}

pub(crate) struct World {
    pub(crate) sim: Simulator,
    pub(crate) embedded: EmbeddedTable,
    pub(crate) vault: Vault,
    pub(crate) digitalocean: Arc<DigitalOceanClients>,
    /// The account that reads and writes are made for.
    pub(crate) account: AccountId,
    pub(crate) writes: ProviderWrites,
}

impl World {
    pub(crate) async fn new() -> Self {
        let sim = Simulator::start(Seed::demo()).await.unwrap();
        sim.account("demo").set_token("provisioning", Token::new(TOKEN));
        let embedded = EmbeddedTable::start().await;
        let vault = Vault::default();
        vault.put(SECRET, &[Ok(TOKEN)]);
        let secrets = Secrets::new(vault.clone(), "arcadia/test/do").with_ttl(Duration::ZERO);
        let url = sim.base_url().parse().unwrap();
        let digitalocean = DigitalOceanClients::new(url, secrets, embedded.table.clone(), Arc::new(SystemClock));
        let account = AccountId::new("demo").unwrap();
        let now = Utc::now();
        let registered = Account {
            account: account.clone(),
            name: "demo".to_owned(),
            secret: "arcadia/test/do/demo".to_owned(),
            status: AccountStatus::Enabled,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let audit = store::AuditEntry {
            id: "request-1".to_owned(),
            at: now,
            actor: "admin-1".to_owned(),
            action: "account.register".to_owned(),
            target: "demo".to_owned(),
            values: serde_json::Value::Null,
        };
        embedded.table.register_account(&registered, &audit).await.unwrap();
        let (digitalocean, writes) = (Arc::new(digitalocean), ProviderWrites::Allow);
        Self { sim, embedded, vault, digitalocean, account, writes }
    }

    /// Returns a provider that waits 300 ms for a response, and reads for a second at most.
    pub(crate) fn provider(&self, phase: Phase) -> DigitalOceanProvider {
        let timing = Timing { http_timeout: TimeDelta::milliseconds(300), ..Timing::default() };
        DigitalOceanProvider::new(
            self.digitalocean.clone(),
            self.embedded.table.clone(),
            Arc::new(SystemClock),
            phase,
            self.writes,
            &timing,
            Instant::now() + Duration::from_secs(1),
        )
    }

    pub(crate) async fn read(&self, read: &ReadRequest) -> Result<ReadResult, Fault> {
        self.provider(Phase::Forward).read(&self.account, read).await
    }

    pub(crate) async fn write(&self, write: &WriteRequest) -> Result<WriteResult, Fault> {
        self.write_until(write, TimeDelta::seconds(5)).await
    }

    pub(crate) async fn write_until(&self, write: &WriteRequest, left: TimeDelta) -> Result<WriteResult, Fault> {
        let context =
            WriteContext { saga: SagaId::random(), op_hash: "op".to_owned(), fence: 1, not_after: Utc::now() + left };
        self.provider(Phase::Forward).write(&self.account, write, &context).await
    }

    /// Returns the number of requests that DigitalOcean received.
    pub(crate) fn request_count(&self) -> usize {
        self.sim.requests().count(&RequestFilter::default())
    }
}

pub(crate) fn fields(name: &str) -> RecordFields {
    RecordFields {
        record_type: "TXT".to_owned(),
        name: name.to_owned(),
        data: "v=spf1 -all".to_owned(),
        ttl: Some(600),
        priority: None,
        port: None,
        weight: None,
        flags: None,
        tag: None,
    }
}

/// Returns one read of each kind.
pub(crate) fn reads() -> Vec<ReadRequest> {
    let zone = ZONE.to_owned();
    vec![
        ReadRequest::Records { zone: zone.clone() },
        ReadRequest::Record { zone, id: RECORD },
        ReadRequest::Droplet { id: DROPLET },
        ReadRequest::DropletActions { id: DROPLET },
        ReadRequest::Action { id: 1 },
        ReadRequest::DropletSnapshots,
    ]
}

/// Returns one write of each kind.
pub(crate) fn writes() -> Vec<WriteRequest> {
    let zone = ZONE.to_owned();
    vec![
        WriteRequest::CreateRecord { zone: zone.clone(), record: fields("new"), instead_of: None },
        WriteRequest::UpdateRecord { zone: zone.clone(), id: RECORD, record: fields("@") },
        WriteRequest::DeleteRecord { zone, id: RECORD, record: fields("@") },
        WriteRequest::SnapshotDroplet { id: DROPLET, name: "arcadia-snap".to_owned() },
        WriteRequest::DeleteSnapshot { id: SNAPSHOT.to_owned() },
    ]
}

/// Returns the name of a fault, or `done`.
pub(crate) fn outcome_name<T>(outcome: &Result<T, Fault>) -> &'static str {
    match outcome {
        Ok(_) => "done",
        Err(Fault::NotFound(_)) => "not found",
        Err(Fault::Refused(_)) => "refused",
        Err(Fault::PendingEvent) => "pending event",
        Err(Fault::Ambiguous(_)) => "ambiguous",
        Err(Fault::Transient(_)) => "transient",
        Err(Fault::Limited { .. }) => "limited",
        Err(Fault::Unauthorised(_)) => "unauthorised",
    }
}
