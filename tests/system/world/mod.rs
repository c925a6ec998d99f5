//! The fixture of the scenarios: the stack, its API, the simulator, and a record of every answer
//! for the search for secrets.

mod accounts;
mod api;
mod queues;
mod sagas;
mod syncs;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use local::{ApiUser, Stack, StackInfo, StackOptions};
use serde_json::{Value, json};

use crate::simulator::Simulator;

pub(crate) use api::TenantCursor;

/// The least time between two strikes. Duplicates of a tick are to be handled within it, also on a
/// slow machine.
pub(crate) const STRIKE_INTERVAL: Duration = Duration::from_secs(3);

const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Everything a scenario needs.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) stack: Stack,
    http: reqwest::Client,
    answers: Mutex<Vec<String>>,
    tenant_cursors: Mutex<Vec<TenantCursor>>,
    /// Accounts registered besides `demo`, which is always there.
    registered: Mutex<Vec<String>>,
    tokens: Mutex<Vec<String>>,
}

impl World {
    /// Brings the stack up, registers the demo account and mirrors it.
    pub(crate) async fn up(state_dir: PathBuf) -> Result<Self> {
        let seconds = u32::try_from(STRIKE_INTERVAL.as_secs())?;
        let options = StackOptions {
            state_dir: Some(state_dir),
            replace: true,
            strike_interval: Some(seconds),
            // Each scenario counts what it asked for itself.
            schedules: false,
            ..StackOptions::default()
        };
        let stack = Stack::up(options).await?;
        stack.register("demo", "Demo Hosting", None).await?;
        stack.run_all().await?;
        let info = stack.info();
        let api = reqwest::Url::parse(&info.api_url)?;
        let port = api.port().context("the API's URL has a port")?;
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(30))
            // Not every resolver knows that *.localhost is loopback.
            .resolve(api.host_str().context("the API's URL has a host")?, SocketAddr::from(([127, 0, 0, 1], port)))
            .build()?;
        let simulator = Simulator { http: http.clone(), url: info.digitalocean_url.clone() };
        let tokens = Mutex::new(vec!["dop_v1_demo_sync".to_owned(), "dop_v1_demo_narrow".to_owned()]);
        Ok(Self {
            simulator,
            stack,
            http,
            answers: Mutex::default(),
            tenant_cursors: Mutex::default(),
            registered: Mutex::default(),
            tokens,
        })
    }

    pub(crate) fn info(&self) -> &StackInfo {
        self.stack.info()
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.stack.log()
    }

    /// Waits until something is there.
    pub(crate) async fn wait<T>(&self, what: &str, timeout: Duration, probe: impl AsyncFn() -> Option<T>) -> T {
        let began = Instant::now();
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            assert!(began.elapsed() < timeout, "no sign of {what} within {} s", timeout.as_secs());
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Makes a call of the emulator's AWS API.
    pub(crate) async fn aws(&self, service: &str, operation: &str, parameters: Value) -> Value {
        self.stack.aws(service, operation, parameters).await.expect("AWS does it")
    }

    /// Every answer of the API so far.
    pub(crate) fn answers(&self) -> Vec<String> {
        self.answers.lock().unwrap().clone()
    }

    /// Every cursor that a tenant was given so far.
    pub(crate) fn tenant_cursors(&self) -> Vec<TenantCursor> {
        self.tenant_cursors.lock().unwrap().clone()
    }

    /// Every token that the simulator knows.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.tokens.lock().unwrap().clone()
    }

    /// Leaves nothing of a scenario that another one would notice: its faults go, and its accounts
    /// are paused.
    pub(crate) async fn clean_up(&self) {
        self.simulator.clear_faults().await;
        let accounts = std::mem::take(&mut *self.registered.lock().unwrap());
        for account in accounts {
            let body = json!({ "status": "paused" });
            self.call("PATCH", &format!("accounts/{account}"), Some(body), &ApiUser::Admin).await.expect(200);
        }
    }
}
