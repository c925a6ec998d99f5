//! Namespaces of serverless functions.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Functions>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for namespaces of functions.
    functions_namespaces: FunctionsNamespaces;

    /// Lists the namespaces, all in one response.
    list() -> [FunctionsNamespace, unpaged()]
        = GET "/v2/functions/namespaces", "function:read function:admin", "namespaces";

    /// Reads one namespace by its id, such as `fn-...`.
    get(namespace: &str) -> FunctionsNamespace
        = GET "/v2/functions/namespaces/{namespace}", "function:read function:admin", "namespace";
}

/// A namespace of functions. The model leaves out its key, because the key gives access to the
/// namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionsNamespace {
    /// Id of the namespace: `fn-` and a UUID.
    pub namespace: String,
    /// Name that the user gave the namespace, unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub label: String,
    /// Slug of the region that the namespace is in.
    pub region: Option<String>,
    /// Host at which the namespace's functions are served.
    pub api_host: Option<String>,
    /// Creation time of the namespace.
    pub created_at: Option<DateTime<Utc>>,
}

list_item!(FunctionsNamespace by namespace: String);
