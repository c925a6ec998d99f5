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
use crate::request::Request;
use crate::request_log::RequestLog;
use crate::seed::{Seed, SeedError};
use crate::shared::Shared;
use crate::state::State;
use crate::wire::{Wire, WireListener};

const MAX_BODY: usize = 8 * 1024 * 1024;

/// The reason why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is in use or not available.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// The seed is not valid.
    #[error("the seed is not valid: {0}")]
    Seed(#[from] SeedError),
}

/// Settings of a simulator that is about to start.
#[derive(Debug)]
pub struct Builder {
    seed: Seed,
    latency: Option<Latency>,
    clock: Clock,
    listen: SocketAddr,
    log_capacity: usize,
}

impl Builder {
    /// Sets the initial state, which is the demo account by default.
    #[must_use]
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the latency of answers, which replaces that of the seed.
    #[must_use]
    pub fn latency(mut self, latency: Latency) -> Self {
        self.latency = Some(latency);
        self
    }

    /// Sets the clock, which is the system clock by default.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the address to listen on, which is a free port of the loopback interface by default.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Sets the number of requests that the log keeps, which is 20,000 by default.
    #[must_use]
    pub fn log_capacity(mut self, requests: usize) -> Self {
        self.log_capacity = requests;
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    /// If the address is in use or the seed is not valid.
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
                // An error means that the simulator was dropped, which is a signal to stop too.
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
    /// Returns the settings of a simulator, with the demo account and a free port of the loopback
    /// interface as defaults.
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

    /// Starts a simulator with a seed on a free port.
    ///
    /// # Errors
    /// See [`Builder::start`].
    pub async fn start(seed: Seed) -> Result<Self, StartError> {
        Self::builder().seed(seed).start().await
    }

    /// Returns the URL that the simulator listens on, e.g. `http://127.0.0.1:40123`. It takes the
    /// place of `https://api.digitalocean.com`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// Returns a handle to read and change an account.
    #[must_use]
    pub fn account(&self, name: &str) -> Account {
        Account::new(Arc::clone(&self.shared), name)
    }

    /// Returns a handle to the faults.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults::new(Arc::clone(&self.shared))
    }

    /// Returns a handle to the request log.
    #[must_use]
    pub fn requests(&self) -> Requests {
        Requests::new(Arc::clone(&self.shared))
    }

    /// The clock for rate limits, times of creation and stale faults.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Sets the latency of all answers from now on.
    pub fn set_latency(&self, latency: Latency) {
        self.shared.state().latency = latency;
    }

    /// Stops the server and waits until the requests in progress are answered.
    ///
    /// # Errors
    /// If the server had failed.
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
    // The request runs in a separate task: if the client disconnects, the request is still applied
    // and stays in the log.
    match tokio::spawn(dispatch::serve(shared, request)).await {
        Ok(answer) => answer.into_response(&wire),
        Err(_) => Answer::empty(http::StatusCode::INTERNAL_SERVER_ERROR).into_response(&wire),
    }
}
