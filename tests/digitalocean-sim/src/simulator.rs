//! The simulator as a task of this process.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Request as HttpRequest, State as AxumState};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::admin;
use crate::answer::Answer;
use crate::clock::Clock;
use crate::dispatch;
use crate::error::ApiError;
use crate::faults::FaultRegistry;
use crate::handles::{Account, Faults, Requests};
use crate::latency::Latency;
use crate::model::seed::{Seed, SeedError};
use crate::request::Request;
use crate::request_log::RequestLog;
use crate::state::{Shared, State};
use crate::wire::{Wire, WireListener};

const MAX_BODY: usize = 8 * 1024 * 1024;

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// The seed cannot be used.
    #[error("the seed cannot be used: {0}")]
    Seed(#[from] SeedError),
}

/// What to start.
#[derive(Debug)]
pub struct Builder {
    seed: Seed,
    latency: Option<Latency>,
    clock: Clock,
    listen: SocketAddr,
    log_capacity: usize,
}

impl Builder {
    /// The state to start from, the demo account if not set.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// How long answers take, in place of what the seed says.
    #[must_use]
    pub fn latency(mut self, latency: Latency) -> Self {
        self.latency = Some(latency);
        self
    }

    /// The clock, the system's if not set.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The address to listen on, a free port of the loopback interface if not set.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// How many requests the log keeps, 20,000 if not set.
    #[must_use]
    pub fn log_capacity(mut self, requests: usize) -> Self {
        self.log_capacity = requests;
        self
    }

    /// Starts serving.
    ///
    /// # Errors
    /// When the address is taken or the seed is wrong.
    pub async fn start(self) -> Result<Simulator, StartError> {
        let listen = |error| StartError::Listen(self.listen, error);
        let listener = TcpListener::bind(self.listen).await.map_err(listen)?;
        let base_url = format!("http://{}", listener.local_addr().map_err(listen)?);
        let state = State {
            accounts: self.seed.accounts(self.clock.now())?,
            meters: HashMap::new(),
            faults: FaultRegistry::default(),
            log: RequestLog::new(self.log_capacity),
            latency: self.latency.unwrap_or(self.seed.latency),
            delayed_writes: Vec::new(),
        };
        let shared = Arc::new(Shared::new(state, self.clock, base_url));
        let app = Router::new().nest("/_sim", admin::router()).fallback(api).with_state(Arc::clone(&shared));
        let (stop, mut stopped) = watch::channel(false);
        let serving = axum::serve(WireListener(listener), app.into_make_service_with_connect_info::<Wire>())
            .with_graceful_shutdown(async move {
                // An error means that the simulator is gone, which is the signal too.
                let _ = stopped.wait_for(|stop| *stop).await;
            });
        let task = tokio::spawn(async move { serving.await });
        Ok(Simulator { shared, stop, task })
    }
}

/// A running simulator. It stops when it is dropped.
pub struct Simulator {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    task: JoinHandle<io::Result<()>>,
}

impl Simulator {
    /// What to start: the demo account on a free port of the loopback interface, unless set otherwise.
    #[must_use]
    pub fn builder() -> Builder {
        Builder {
            seed: Seed::demo(),
            latency: None,
            clock: Clock::system(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            log_capacity: 20_000,
        }
    }

    /// Starts with a seed on a free port.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub async fn start(seed: Seed) -> Result<Self, StartError> {
        Self::builder().seed(seed).start().await
    }

    /// Where it listens, e.g. `http://127.0.0.1:40123`: what stands for `https://api.digitalocean.com`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// An account, to read and change in process.
    #[must_use]
    pub fn account(&self, name: &str) -> Account {
        Account::new(Arc::clone(&self.shared), name)
    }

    /// The faults.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults::new(Arc::clone(&self.shared))
    }

    /// The log of requests.
    #[must_use]
    pub fn requests(&self) -> Requests {
        Requests::new(Arc::clone(&self.shared))
    }

    /// The clock behind rate limits, times of creation and stale faults.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Sets how long answers take from now on.
    pub fn set_latency(&self, latency: Latency) {
        self.shared.state().latency = latency;
    }

    /// Stops serving and waits until the requests under way are answered.
    ///
    /// # Errors
    /// When the server had failed.
    pub async fn stop(mut self) -> io::Result<()> {
        self.stop.send_replace(true);
        (&mut self.task).await.unwrap_or(Ok(()))
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

async fn api(
    AxumState(shared): AxumState<Arc<Shared>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    http: HttpRequest,
) -> Response {
    let (parts, body) = http.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return Answer::error(&ApiError::bad_request("Unable to read the request body.")).into_response(&wire);
    };
    let request = Request::new(parts.method, &parts.uri, &parts.headers, body.to_vec(), &shared.base_url);
    // A task of its own: a client that gives up does not undo what it asked for, and its request stays in the log.
    match tokio::spawn(dispatch::serve(shared, request)).await {
        Ok(answer) => answer.into_response(&wire),
        Err(_) => Answer::empty(http::StatusCode::INTERNAL_SERVER_ERROR).into_response(&wire),
    }
}
