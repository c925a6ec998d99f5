//! Dedicated inference endpoints: foundation models on GPUs of the account's own.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Dedicated-Inference>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::{blank_as_none, null_as_default};
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for dedicated inference endpoints.
    dedicated_inferences: DedicatedInferences;

    /// Lists the dedicated inference endpoints.
    list() -> [DedicatedInference]
        = GET "/v2/dedicated-inferences", "dedicated_inference:read", "dedicated_inferences";

    /// Reads one endpoint by its id.
    get(id: &str) -> DedicatedInference
        = GET "/v2/dedicated-inferences/{id}", "dedicated_inference:read", "dedicated_inference";
}

/// A dedicated inference endpoint. The model leaves out its access tokens and the deployments of
/// models, whose settings may hold tokens of other providers. DigitalOcean sends neither project
/// nor tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DedicatedInference {
    /// The endpoint's id, a UUID.
    pub id: String,
    /// State of the endpoint, as DigitalOcean reports it.
    pub status: Option<DedicatedInferenceStatus>,
    /// Slug of the region that the endpoint is in.
    pub region: Option<String>,
    /// Id of the VPC network that the endpoint is in.
    pub vpc_uuid: Option<String>,
    /// Settings of the endpoint; `None` where DigitalOcean leaves them out, as it may in a list.
    #[serde(default, deserialize_with = "blank_as_none")]
    pub spec: Option<DedicatedInferenceSpec>,
    /// Creation time of the endpoint.
    pub created_at: Option<DateTime<Utc>>,
}

/// The settings of a dedicated inference endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DedicatedInferenceSpec {
    /// Unique name of the endpoint.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// True if the endpoint can be reached from the internet.
    pub enable_public_endpoint: Option<bool>,
}

open_enum! {
    /// The state of a dedicated inference endpoint.
    DedicatedInferenceStatus {
        /// The endpoint has been requested.
        New = "new",
        /// The endpoint is being created.
        Provisioning = "provisioning",
        /// The endpoint answers requests.
        Active = "active",
        /// The endpoint is getting other settings.
        Updating = "updating",
        /// The endpoint is being deleted.
        Deleting = "deleting",
        /// The endpoint has failed.
        Error = "error",
    }
}

list_item!(DedicatedInference by id: String);
