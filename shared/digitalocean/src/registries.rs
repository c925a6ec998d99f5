//! Container registries. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Container-Registries>

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

/// Calls on container registries.
#[derive(Clone, Copy, Debug)]
pub struct Registries<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on container registries.
    #[must_use]
    pub fn registries(&self) -> Registries<'_> {
        Registries { client: self }
    }
}

impl Registries<'_> {
    /// `GET /v2/registries`, scope `registry:read`: every registry, in one answer.
    pub fn list(&self) -> Pages<Registry> {
        Pages::new(self.client, &LIST, &[], "registries").unpaged()
    }

    /// Every registry. Where DigitalOcean has no list of several (404), the only one of an account, by the older call.
    ///
    /// # Errors
    /// [`Error::NotFound`] when neither call knows of a registry, which does not prove that there is none; any [`Error`] of a call.
    pub async fn all(&self) -> Result<Vec<Registry>, Error> {
        match self.list().collect_all().await {
            Ok(listing) => Ok(listing.items),
            Err(error) if error.is_not_found() => Ok(vec![self.get_only().await?]),
            Err(error) => Err(error),
        }
    }

    /// `GET /v2/registries/{name}`, scope `registry:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the account has no such registry; any [`Error`] of a call.
    pub async fn get(&self, name: &str) -> Result<Registry, Error> {
        self.client.get_one(&GET, &[name], "registry").await
    }

    /// `GET /v2/registry`, scope `registry:read`: the only registry of an account. The call is deprecated.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none; [`Error::Api`] with status 412 when there are several; any [`Error`] of a call.
    pub async fn get_only(&self) -> Result<Registry, Error> {
        self.client.get_one(&GET_ONLY, &[], "registry").await
    }

    /// `GET /v2/registry/subscription`, scope `registry:read`: what the account pays for all its registries together.
    ///
    /// # Errors
    /// Any [`Error`] of a call.
    pub async fn subscription(&self) -> Result<RegistrySubscription, Error> {
        self.client.get_one(&GET_SUBSCRIPTION, &[], "subscription").await
    }
}

/// A container registry. How full it is, which changes with every push, is not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    /// The registry's name, which is its id: unique in all of DigitalOcean, free for others once deleted.
    pub name: String,
    /// Slug of the region it is in.
    #[serde(default)]
    pub region: Option<String>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
    /// The account's subscription; `None` where DigitalOcean shows it by its own call alone.
    #[serde(default)]
    pub subscription: Option<RegistrySubscription>,
}

/// What an account pays for its registries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrySubscription {
    /// What was chosen.
    #[serde(default)]
    pub tier: Option<RegistryTier>,
}

/// A tier of the subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryTier {
    /// `starter`, `basic`, `professional`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub slug: String,
    /// Price of a month, in cents of a US dollar, for all registries and without what goes beyond the tier.
    #[serde(default)]
    pub monthly_price_in_cents: Option<u32>,
}

impl ListItem for Registry {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }
}
