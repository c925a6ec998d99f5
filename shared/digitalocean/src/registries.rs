//! Container registries.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Container-Registries>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/registries", "registry:read");
static GET: Operation = Operation::get("/v2/registries/{}", "registry:read");
static GET_ONLY: Operation = Operation::get("/v2/registry", "registry:read");
static GET_SUBSCRIPTION: Operation = Operation::get("/v2/registry/subscription", "registry:read");

/// The API calls for container registries, from [`Client::registries`].
#[derive(Clone, Copy, Debug)]
pub struct Registries<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for container registries.
    #[must_use]
    pub fn registries(&self) -> Registries<'_> {
        Registries { client: self }
    }
}

impl Registries<'_> {
    /// Lists the registries, all in one response: `GET /v2/registries`, scope `registry:read`.
    pub fn list(&self) -> Pages<Registry> {
        Pages::new(self.client, &LIST, &[], "registries").unpaged()
    }

    /// Lists every registry. Where DigitalOcean does not have that list (404), reads the account's
    /// only registry with the older call.
    ///
    /// # Errors
    /// [`Error::NotFound`] when neither call finds a registry, which does not prove that there is
    /// none; any [`Error`] of a call.
    pub async fn all(&self) -> Result<Vec<Registry>, Error> {
        match self.list().collect_all().await {
            Ok(listing) => Ok(listing.items),
            Err(error) if error.is_not_found() => Ok(vec![self.get_only().await?]),
            Err(error) => Err(error),
        }
    }

    /// Reads one registry: `GET /v2/registries/{name}`, scope `registry:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the account has no such registry; any [`Error`] of a call.
    pub async fn get(&self, name: &str) -> Result<Registry, Error> {
        self.client.get_one(&GET, &[name], "registry").await
    }

    /// Reads the only registry of an account: `GET /v2/registry`, scope `registry:read`.
    /// DigitalOcean has deprecated the call.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none; [`Error::Api`] with status 412 when there are
    /// several; any [`Error`] of a call.
    pub async fn get_only(&self) -> Result<Registry, Error> {
        self.client.get_one(&GET_ONLY, &[], "registry").await
    }

    /// Reads the subscription that the account pays for all its registries together:
    /// `GET /v2/registry/subscription`, scope `registry:read`.
    ///
    /// # Errors
    /// Any [`Error`] of a call.
    pub async fn subscription(&self) -> Result<RegistrySubscription, Error> {
        self.client.get_one(&GET_SUBSCRIPTION, &[], "subscription").await
    }
}

/// A container registry. The model leaves out its storage usage, which changes with every push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    /// Name of the registry, which is also its id: unique across all of DigitalOcean, and available
    /// to other accounts once deleted.
    pub name: String,
    /// Slug of the region that the registry is in.
    #[serde(default)]
    pub region: Option<String>,
    /// Creation time of the registry.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// Subscription of the account; `None` where DigitalOcean shows it only in a separate call.
    #[serde(default)]
    pub subscription: Option<RegistrySubscription>,
}

/// The subscription that an account pays for its registries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrySubscription {
    /// Tier that the account chose.
    #[serde(default)]
    pub tier: Option<RegistryTier>,
}

/// A tier of the subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryTier {
    /// Slug of the tier: `starter`, `basic` or `professional`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub slug: String,
    /// Price of a month in US cents, for all registries, without usage beyond the tier's allowance.
    #[serde(default)]
    pub monthly_price_in_cents: Option<u32>,
}

impl ListItem for Registry {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }
}
