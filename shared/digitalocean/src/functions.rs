//! Namespaces of Functions. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Functions>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/functions/namespaces", "function:read function:admin");
static GET: Operation = Operation::get("/v2/functions/namespaces/{}", "function:read function:admin");

/// Calls on namespaces of functions.
#[derive(Clone, Copy, Debug)]
pub struct FunctionsNamespaces<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on namespaces of functions.
    #[must_use]
    pub fn functions_namespaces(&self) -> FunctionsNamespaces<'_> {
        FunctionsNamespaces { client: self }
    }
}

impl FunctionsNamespaces<'_> {
    /// `GET /v2/functions/namespaces`, scopes `function:read` and `function:admin`: every namespace, in one answer.
    pub fn list(&self) -> Pages<FunctionsNamespace> {
        Pages::new(self.client, &LIST, &[], "namespaces").unpaged()
    }

    /// `GET /v2/functions/namespaces/{namespace}`, scopes `function:read` and `function:admin`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such namespace; any [`Error`] of a call.
    pub async fn get(&self, namespace: &str) -> Result<FunctionsNamespace, Error> {
        self.client.get_one(&GET, &[namespace], "namespace").await
    }
}

/// A namespace of functions. Its key, which opens it to whoever has it, is not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionsNamespace {
    /// The namespace's id: `fn-` and a UUID.
    pub namespace: String,
    /// What a user calls it, unique.
    #[serde(default, deserialize_with = "null_as_default")]
    pub label: String,
    /// Slug of the region it is in.
    #[serde(default)]
    pub region: Option<String>,
    /// The host that serves its functions.
    #[serde(default)]
    pub api_host: Option<String>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

impl ListItem for FunctionsNamespace {
    type Key = String;

    fn key(&self) -> String {
        self.namespace.clone()
    }
}
