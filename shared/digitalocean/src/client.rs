//! The client: one connection pool, one token, one deadline.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use crate::config::{ClientConfig, TlsRoots, loopback_name, validated_base_url};
use crate::{Error, RateLimit, RequestDeadline, RequestLimiter, RetryPolicy, Token};

/// A client of the DigitalOcean API v2. Cheap to clone; clones share connections, counters and the last rate limit seen.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: Arc<Url>,
    pub(crate) token: Token,
    pub(crate) retry: RetryPolicy,
    pub(crate) attempt_timeout: Duration,
    pub(crate) deadline: RequestDeadline,
    /// No attempt begins after this.
    pub(crate) send_by: RequestDeadline,
    pub(crate) limiter: Option<Arc<dyn RequestLimiter>>,
    requests: Arc<AtomicU64>,
    /// Belongs to the token.
    rate_limit: Arc<Mutex<Option<RateLimit>>>,
}

impl Client {
    /// Builds the client; make one per process and derive others from it.
    ///
    /// # Errors
    /// [`Error::InsecureBaseUrl`] when the token would go over a network in the clear; [`Error::Http`] when TLS cannot be set up.
    pub fn new(config: ClientConfig) -> Result<Self, Error> {
        let ClientConfig { base_url, token, retry, attempt_timeout, connect_timeout, tls_roots } = config;
        let base_url = validated_base_url(base_url)?;
        let http = build_http_client(&base_url, connect_timeout, tls_roots)?;
        Ok(Self {
            http,
            base_url: Arc::new(base_url),
            token,
            retry,
            attempt_timeout,
            deadline: RequestDeadline::none(),
            send_by: RequestDeadline::none(),
            limiter: None,
            requests: Arc::default(),
            rate_limit: Arc::default(),
        })
    }

    /// The same connections with another token; its counter and its rate limit begin anew, and it has no gate.
    #[must_use]
    pub fn with_token(&self, token: Token) -> Self {
        Self { token, limiter: None, requests: Arc::default(), rate_limit: Arc::default(), ..self.clone() }
    }

    /// The same client, working until `deadline` at most; shares the counter and the rate limit.
    #[must_use]
    pub fn with_deadline(&self, deadline: RequestDeadline) -> Self {
        Self { deadline, ..self.clone() }
    }

    /// The same client, each of whose requests passes this gate. A gate that is closed for a moment is waited for like a rate limit; else
    /// the call fails with [`Error::RateLimited`].
    #[must_use]
    pub fn with_request_limiter(&self, limiter: Arc<dyn RequestLimiter>) -> Self {
        Self { limiter: Some(limiter), ..self.clone() }
    }

    /// The same client for a write that must never be repeated, not even a PUT or a DELETE: each call is sent at most once, not after
    /// `send_by`, and has `response_timeout` for its answer. A gate that is closed is not waited for.
    #[must_use]
    pub fn single_attempt(&self, send_by: RequestDeadline, response_timeout: Duration) -> Self {
        let retry = RetryPolicy { attempts: 1, max_retry_after: Duration::ZERO, ..self.retry };
        Self { send_by, attempt_timeout: response_timeout, retry, ..self.clone() }
    }

    /// The same client, whose every attempt may take this long, from connecting to the last byte.
    #[must_use]
    pub fn with_attempt_timeout(&self, attempt_timeout: Duration) -> Self {
        Self { attempt_timeout, ..self.clone() }
    }

    /// The same client, counting its requests from 0: one per run.
    #[must_use]
    pub fn with_own_counter(&self) -> Self {
        Self { requests: Arc::default(), ..self.clone() }
    }

    /// HTTP requests made so far, each attempt counted, by this client and those that share its counter.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// What the last response to this token said of the rate limit; `None` before the first one.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        *self.rate_limit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where requests go.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    pub(crate) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn record_rate_limit(&self, seen: Option<RateLimit>) {
        if seen.is_some() {
            *self.rate_limit.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        }
    }
}

/// The one place where a `reqwest::Client` is built.
fn build_http_client(base_url: &Url, connect_timeout: Duration, tls_roots: TlsRoots) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "-rust/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect_timeout)
        // Long enough for one run; a connection kept over a pause of the function may be dead, which would fail a POST.
        .pool_idle_timeout(Duration::from_secs(15))
        // A token is never carried elsewhere: neither by a redirect nor as an address in a referer.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        // Retries are ours: counted, bounded by the deadline, and never for a POST.
        .retry(reqwest::retry::never());
    if base_url.scheme() == "http" {
        // Plain http stays on this machine: no proxy, and no name server to say where `localhost` is.
        builder = builder.no_proxy();
        if let Some(name) = loopback_name(base_url) {
            let addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
            builder = builder.resolve_to_addrs(name, &addresses);
        }
    }
    // Measured on a 2-core machine, unoptimised build: 0.6-1.1 ms to build a client with the built-in roots, 17-27 ms with the
    // platform's, which `rustls-native-certs` reads from every file of the certificate directories (8 ms with `SSL_CERT_FILE` naming
    // the one bundle). A Lambda function of 256 MB has about a seventh of a core. The price: roots are renewed with this crate's
    // dependency, and a company's own TLS proxy is trusted only on request.
    if tls_roots == TlsRoots::Bundled {
        builder = builder.tls_certs_only(bundled_roots()?);
    }
    builder.build().map_err(Error::Http)
}

fn bundled_roots() -> Result<Vec<reqwest::Certificate>, Error> {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    roots.map(|root| reqwest::Certificate::from_der(root).map_err(Error::Http)).collect()
}
