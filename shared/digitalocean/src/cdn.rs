//! CDN endpoints, which serve the content of a Spaces bucket.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/CDN-Endpoints>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for CDN endpoints. DigitalOcean allows 5 of these calls in 10 seconds, in
    /// addition to its limits for all calls.
    cdn_endpoints: CdnEndpoints;

    /// Lists the CDN endpoints.
    list() -> [CdnEndpoint] = GET "/v2/cdn/endpoints", "cdn:read", "endpoints";

    /// Reads one endpoint by its id.
    get(id: &str) -> CdnEndpoint = GET "/v2/cdn/endpoints/{id}", "cdn:read", "endpoint";
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
    pub ttl: Option<u32>,
    /// Id of the certificate for the custom domain; `None` (or empty) without one.
    pub certificate_id: Option<String>,
    /// The user's own host name for the endpoint; `None` (or empty) without one.
    pub custom_domain: Option<String>,
    /// Creation time of the endpoint.
    pub created_at: Option<DateTime<Utc>>,
}

list_item!(CdnEndpoint by id: String);
