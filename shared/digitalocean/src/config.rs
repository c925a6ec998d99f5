//! The settings of a client, and the check of where a token may be sent. No I/O.

use std::time::Duration;

use url::{Host, Url};

use crate::{Error, RetryPolicy, Token};

/// Address of DigitalOcean's API, the default base URL.
pub const DEFAULT_BASE_URL: &str = "https://api.digitalocean.com";

/// The settings of a [`Client`](crate::Client). [`ClientConfig::new`] gives usable defaults; every
/// field may be changed.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Base URL of the API: https, or http on loopback. A path is kept as a prefix. `None` means
    /// [`DEFAULT_BASE_URL`].
    pub base_url: Option<Url>,
    /// Token that is sent with every request.
    pub token: Token,
    /// Number of attempts, and the waits between them.
    pub retry: RetryPolicy,
    /// Longest time for one attempt, from connecting to the last byte.
    pub attempt_timeout: Duration,
    /// Longest time to connect, including TLS; it counts towards `attempt_timeout`.
    pub connect_timeout: Duration,
    /// Certificate authorities to trust.
    pub tls_roots: TlsRoots,
}

/// The certificate authorities that a client trusts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsRoots {
    /// Mozilla's root certificates, built into the program; no file is read.
    #[default]
    Bundled,
    /// The root certificates of the machine, which a company's own TLS proxy may need.
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured.
    Platform,
}

impl ClientConfig {
    /// Settings for DigitalOcean's own API with this token: 30 s for an attempt, 5 s to connect.
    #[must_use]
    pub fn new(token: Token) -> Self {
        Self {
            base_url: None,
            token,
            retry: RetryPolicy::default(),
            attempt_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            tls_roots: TlsRoots::default(),
        }
    }
}

/// Returns the base URL, or an error when a token must not be sent there.
pub(crate) fn validated_base_url(base_url: Option<Url>) -> Result<Url, Error> {
    let refuse = |base_url: &str, reason| Error::InsecureBaseUrl { base_url: base_url.to_owned(), reason };
    let url = match base_url {
        Some(url) => url,
        None => Url::parse(DEFAULT_BASE_URL).map_err(|_| refuse(DEFAULT_BASE_URL, "it is not a URL"))?,
    };
    let reason = match url.scheme() {
        "https" if url.has_host() => None,
        "http" if is_loopback(&url) => None,
        "http" => Some("it is plain http to a host that is not loopback"),
        _ => Some("it is neither https nor http"),
    };
    let extra =
        !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some();
    match reason.or_else(|| extra.then_some("it has a user name, a password, a query or a fragment")) {
        None => Ok(url),
        // Only the origin goes into the error, since the other parts of the URL may be a secret.
        Some(reason) => Err(refuse(&url.origin().ascii_serialization(), reason)),
    }
}

/// Returns the host name of a plain http base URL, which the client pins to the loopback addresses.
/// Otherwise a name server would decide where `localhost` is.
pub(crate) fn loopback_name(base_url: &Url) -> Option<&str> {
    base_url.domain().filter(|_| base_url.scheme() == "http")
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str) -> Result<Url, Error> {
        validated_base_url(Some(Url::parse(url).unwrap()))
    }

    #[test]
    fn https_to_any_host_and_http_to_loopback_are_accepted() {
        assert_eq!(validated_base_url(None).unwrap().as_str(), "https://api.digitalocean.com/");
        for url in [
            "https://do.example:8443/prefix/",
            "http://127.0.0.1:4010",
            "http://127.9.8.7",
            "http://[::1]:4010",
            "http://localhost:4010",
            "http://LOCALHOST",
            "http://do.localhost:4010",
        ] {
            assert!(check(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn plain_http_over_a_network_is_refused() {
        for url in [
            "http://api.digitalocean.com",
            "http://10.0.0.1",
            "http://0.0.0.0:4010",
            "http://localhost.example.com",
            "http://notlocalhost",
            "http://[::ffff:10.0.0.1]",
            "http://127.0.0.1.example.com",
            "ftp://127.0.0.1",
            "file:///tmp/socket",
            "data:text/plain,x",
            "https://user:hunter2@api.digitalocean.com",
            "https://api.digitalocean.com?token=hunter2",
        ] {
            let error = check(url).unwrap_err();
            assert!(matches!(error, Error::InsecureBaseUrl { .. }), "{url}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn loopback_names_are_pinned() {
        let name = |url| loopback_name(&Url::parse(url).unwrap()).map(str::to_owned);
        assert_eq!(name("http://do.localhost:1"), Some("do.localhost".into()));
        assert_eq!(name("http://127.0.0.1:1"), None);
        assert_eq!(name("https://localhost"), None);
    }
}
