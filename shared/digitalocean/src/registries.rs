//! Container registries.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Container-Registries>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for container registries.
    registries: Registries;

    /// Lists the registries, all in one response.
    list() -> [Registry, unpaged()] = GET "/v2/registries", "registry:read", "registries";

    /// Reads one registry by its name.
    get(name: &str) -> Registry = GET "/v2/registries/{name}", "registry:read", "registry";

    /// Reads the only registry of an account. DigitalOcean has deprecated the call. With several
    /// registries, the error is [`Error::Api`] with status 412.
    get_only() -> Registry = GET "/v2/registry", "registry:read", "registry";

    /// Reads the subscription that the account pays for all its registries together.
    subscription() -> RegistrySubscription = GET "/v2/registry/subscription", "registry:read", "subscription";
}

impl Registries<'_> {
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
}

/// A container registry. The model leaves out its storage usage, which changes with every push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    /// Name of the registry, which is also its id: unique across all of DigitalOcean, and available
    /// to other accounts once deleted.
    pub name: String,
    /// Slug of the region that the registry is in.
    pub region: Option<String>,
    /// Creation time of the registry.
    pub created_at: Option<DateTime<Utc>>,
    /// Subscription of the account; `None` where DigitalOcean shows it only in a separate call.
    pub subscription: Option<RegistrySubscription>,
}

/// The subscription that an account pays for its registries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrySubscription {
    /// Tier that the account chose.
    pub tier: Option<RegistryTier>,
}

/// A tier of the subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryTier {
    /// Slug of the tier: `starter`, `basic` or `professional`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub slug: String,
    /// Price of a month in US cents, for all registries, without usage beyond the tier's allowance.
    pub monthly_price_in_cents: Option<u32>,
}

list_item!(Registry by name: String);
