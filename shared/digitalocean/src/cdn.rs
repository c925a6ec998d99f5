//! CDN endpoints, which serve the content of a Spaces bucket.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/CDN-Endpoints>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/cdn/endpoints", "cdn:read");
static GET: Operation = Operation::get("/v2/cdn/endpoints/{}", "cdn:read");

/// The API calls for CDN endpoints, from [`Client::cdn_endpoints`]. DigitalOcean allows 5 of these
/// calls in 10 seconds, in addition to its limits for all calls.
#[derive(Clone, Copy, Debug)]
pub struct CdnEndpoints<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for CDN endpoints.
    #[must_use]
    pub fn cdn_endpoints(&self) -> CdnEndpoints<'_> {
        CdnEndpoints { client: self }
    }
}

impl CdnEndpoints<'_> {
    /// Lists the CDN endpoints: `GET /v2/cdn/endpoints`, scope `cdn:read`.
    pub fn list(&self) -> Pages<CdnEndpoint> {
        Pages::new(self.client, &LIST, &[], "endpoints")
    }

    /// Reads one endpoint: `GET /v2/cdn/endpoints/{id}`, scope `cdn:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such endpoint; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<CdnEndpoint, Error> {
        self.client.get_one(&GET, &[id], "endpoint").await
    }
}

/// A CDN endpoint, which serves the content of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CdnEndpoint {
    /// The endpoint's id, a UUID.
    pub id: String,
    /// Host of the bucket that has the content.
    #[serde(default, deserialize_with = "null_as_default")]
    pub origin: String,
    /// Host at which the content is served.
    #[serde(default, deserialize_with = "null_as_default")]
    pub endpoint: String,
    /// Time that content stays in the cache, in seconds.
    #[serde(default)]
    pub ttl: Option<u32>,
    /// Id of the certificate for the custom domain; `None` (or empty) without one.
    #[serde(default)]
    pub certificate_id: Option<String>,
    /// The user's own host name for the endpoint; `None` (or empty) without one.
    #[serde(default)]
    pub custom_domain: Option<String>,
    /// Creation time of the endpoint.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

impl ListItem for CdnEndpoint {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
