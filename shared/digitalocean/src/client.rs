//! The client: one connection pool, one token, one deadline.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use crate::config::{ClientConfig, TlsRoots, loopback_name, validated_base_url};
use crate::{Error, RateLimit, RequestLimiter, RetryPolicy, Token};

/// A client of the DigitalOcean API v2. Cheap to clone; clones share connections, counters and the
/// last rate limit seen.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) base_url: Arc<Url>,
    pub(crate) token: Token,
    pub(crate) retry: RetryPolicy,
    pub(crate) attempt_timeout: Duration,
    /// Time after which no request is started, waited for or retried.
    deadline: Option<Instant>,
    /// Time after which no attempt is started, see [`Client::single_attempt`].
    send_by: Option<Instant>,
    pub(crate) limiter: Option<Arc<dyn RequestLimiter>>,
    requests: Arc<AtomicU64>,
    /// Last rate limit seen for the token; shared by all clones with the same token.
    rate_limit: Arc<Mutex<Option<RateLimit>>>,
}

impl Client {
    /// Builds the client. A process should build one and derive all others from it.
    ///
    /// # Errors
    /// [`Error::InsecureBaseUrl`] when the token would be sent over a network without encryption;
    /// [`Error::Http`] when TLS cannot be set up.
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
            deadline: None,
            send_by: None,
            limiter: None,
            requests: Arc::default(),
            rate_limit: Arc::default(),
        })
    }

    /// Returns a client that shares the connections and uses another token. Its request counter and
    /// rate limit start anew, and it has no request limiter.
    #[must_use]
    pub fn with_token(&self, token: Token) -> Self {
        Self { token, limiter: None, requests: Arc::default(), rate_limit: Arc::default(), ..self.clone() }
    }

    /// Returns the same client with a deadline for all its work, after which no request is started,
    /// waited for or retried; it shares the counter and the rate limit. On Lambda this is the end
    /// of the invocation minus the time that the caller needs to save its work. With `None`, only
    /// the limits of [`RetryPolicy`] apply.
    #[must_use]
    pub fn with_deadline(&self, deadline: Option<Instant>) -> Self {
        Self { deadline, ..self.clone() }
    }

    /// Returns the same client with a request limiter that must admit each request. A denial that
    /// ends soon is waited for, like a rate limit; otherwise the call fails with
    /// [`Error::RateLimited`].
    #[must_use]
    pub fn with_request_limiter(&self, limiter: Arc<dyn RequestLimiter>) -> Self {
        Self { limiter: Some(limiter), ..self.clone() }
    }

    /// Returns the same client for a write that must never be repeated, not even a PUT or a DELETE.
    /// Each call is sent at most once, and not after `send_by`; it waits for its response for
    /// `response_timeout`. A denial by the request limiter is not waited for.
    #[must_use]
    pub fn single_attempt(&self, send_by: Instant, response_timeout: Duration) -> Self {
        let retry = RetryPolicy { attempts: 1, max_retry_after: Duration::ZERO, ..self.retry };
        Self { send_by: Some(send_by), attempt_timeout: response_timeout, retry, ..self.clone() }
    }

    /// Returns the same client with another time limit for each attempt, from connecting to the
    /// last byte.
    #[must_use]
    pub fn with_attempt_timeout(&self, attempt_timeout: Duration) -> Self {
        Self { attempt_timeout, ..self.clone() }
    }

    /// Returns the same client with a request counter of its own that starts at 0, to count the
    /// requests of one run.
    #[must_use]
    pub fn with_own_counter(&self) -> Self {
        Self { requests: Arc::default(), ..self.clone() }
    }

    /// Number of HTTP requests sent so far by this client and those that share its counter; each
    /// attempt counts.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Rate limit in the last response for this token; `None` before the first one.
    #[must_use]
    pub fn rate_limit(&self) -> Option<RateLimit> {
        *self.rate_limit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Base URL that requests are sent to.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// Time until the deadline; `None` without one, zero once it has passed.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Returns whether the deadline has passed; never true without one.
    pub(crate) fn is_past_deadline(&self) -> bool {
        self.time_left().is_some_and(|left| left.is_zero())
    }

    /// Returns whether an attempt may be started now.
    pub(crate) fn may_send(&self) -> bool {
        !self.is_past_deadline() && self.send_by.is_none_or(|send_by| Instant::now() < send_by)
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

/// Builds the HTTP client. No other place in this crate may build a `reqwest::Client`, so that
/// these settings hold for every request.
fn build_http_client(base_url: &Url, connect_timeout: Duration, tls_roots: TlsRoots) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "-rust/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect_timeout)
        // Long enough for one run. A connection that is kept while the function is paused may be
        // closed by the peer, which would fail a POST.
        .pool_idle_timeout(Duration::from_secs(15))
        // The token must not reach another origin, neither through a redirect nor as a URL in a
        // referer.
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        // This crate retries itself: attempts are counted, bounded by the deadline, and a POST is
        // never repeated.
        .retry(reqwest::retry::never());
    if base_url.scheme() == "http" {
        // Plain http must stay on this machine, so no proxy is used, and no name server resolves
        // `localhost`.
        builder = builder.no_proxy();
        if let Some(name) = loopback_name(base_url) {
            let addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
            builder = builder.resolve_to_addrs(name, &addresses);
        }
    }
    // Bundled roots are the default because they load faster. Measured on a 2-core machine with an
    // unoptimised build: building a client takes 0.6-1.1 ms with the built-in roots and 17-27 ms
    // with the platform's, which `rustls-native-certs` reads from every file of the certificate
    // directories (8 ms when `SSL_CERT_FILE` names the one bundle). A Lambda function of 256 MB has
    // about a seventh of a core. The disadvantages: roots are renewed only with this crate's
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
