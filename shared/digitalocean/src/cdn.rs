//! CDN endpoints, which serve a bucket. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/CDN-Endpoints>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/cdn/endpoints", "cdn:read");
static GET: Operation = Operation::get("/v2/cdn/endpoints/{}", "cdn:read");

/// Calls on CDN endpoints. DigitalOcean allows 5 of them in 10 seconds, besides its limits for all calls.
#[derive(Clone, Copy, Debug)]
pub struct CdnEndpoints<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on CDN endpoints.
    #[must_use]
    pub fn cdn_endpoints(&self) -> CdnEndpoints<'_> {
        CdnEndpoints { client: self }
    }
}

impl CdnEndpoints<'_> {
    /// `GET /v2/cdn/endpoints`, scope `cdn:read`.
    pub fn list(&self) -> Pages<CdnEndpoint> {
        Pages::new(self.client, &LIST, &[], "endpoints")
    }

    /// `GET /v2/cdn/endpoints/{id}`, scope `cdn:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such endpoint; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<CdnEndpoint, Error> {
        self.client.get_one(&GET, &[id], "endpoint").await
    }
}

/// A CDN endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CdnEndpoint {
    /// The endpoint's id, a UUID.
    pub id: String,
    /// The host that has the content: a bucket.
    #[serde(default, deserialize_with = "null_as_default")]
    pub origin: String,
    /// The host that serves it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub endpoint: String,
    /// How long content is cached, in seconds.
    #[serde(default)]
    pub ttl: Option<u32>,
    /// The certificate for the custom domain; `None` (or empty) without one.
    #[serde(default)]
    pub certificate_id: Option<String>,
    /// A host of the user's own that serves it too; `None` (or empty) without one.
    #[serde(default)]
    pub custom_domain: Option<String>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

impl ListItem for CdnEndpoint {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
