//! Namespaces of serverless functions.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Functions>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/functions/namespaces", "function:read function:admin");
static GET: Operation = Operation::get("/v2/functions/namespaces/{}", "function:read function:admin");

/// The API calls for namespaces of functions, from [`Client::functions_namespaces`].
#[derive(Clone, Copy, Debug)]
pub struct FunctionsNamespaces<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for namespaces of functions.
    #[must_use]
    pub fn functions_namespaces(&self) -> FunctionsNamespaces<'_> {
        FunctionsNamespaces { client: self }
    }
}

impl FunctionsNamespaces<'_> {
    /// Lists the namespaces, all in one response: `GET /v2/functions/namespaces`, scopes
    /// `function:read` and `function:admin`.
    pub fn list(&self) -> Pages<FunctionsNamespace> {
        Pages::new(self.client, &LIST, &[], "namespaces").unpaged()
    }

    /// Reads one namespace: `GET /v2/functions/namespaces/{namespace}`, scopes `function:read` and
    /// `function:admin`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such namespace; any [`Error`] of a call.
    pub async fn get(&self, namespace: &str) -> Result<FunctionsNamespace, Error> {
        self.client.get_one(&GET, &[namespace], "namespace").await
    }
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
    #[serde(default)]
    pub region: Option<String>,
    /// Host at which the namespace's functions are served.
    #[serde(default)]
    pub api_host: Option<String>,
    /// Creation time of the namespace.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

impl ListItem for FunctionsNamespace {
    type Key = String;

    fn key(&self) -> String {
        self.namespace.clone()
    }
}
