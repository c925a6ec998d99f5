//! Container registries.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Container-Registries>

use digitalocean::registries::RegistryTier;
use digitalocean::{Client, Registry};
use domain::{InvalidId, Kind, Money, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use rust_decimal::Decimal;
use serde_json::json;

use super::attrs::attrs;
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `container_registry`: container registries of the account.
pub const CONTAINER_REGISTRY: ContainerRegistryKind = ContainerRegistryKind;

/// The implementation of the kind [`CONTAINER_REGISTRY`].
#[derive(Debug, Clone, Copy)]
pub struct ContainerRegistryKind;

impl MirroredKind for ContainerRegistryKind {
    fn kind(&self) -> Kind {
        Kind::from_static("container_registry")
    }

    fn scope(&self) -> &'static str {
        "registry:read"
    }

    /// The price follows the tier. It moves to another registry when the one that has it is
    /// deleted.
    fn state_fields(&self) -> &'static [&'static str] {
        &["price_monthly"]
    }

    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("arcadia-cloud-nonexistent")
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.registries().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for ContainerRegistryKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move {
            let mut registries = client.registries().all().await?;
            registries.sort_by(|one, other| (one.created_at, &one.name).cmp(&(other.created_at, &other.name)));
            let tier = tier(client, &registries).await?;
            let normalised = registries.into_iter().enumerate().map(|(place, registry)| {
                // One subscription pays for all registries of an account
                // (<https://docs.digitalocean.com/reference/api/digitalocean/#tag/Container-Registries>).
                // The oldest of them gets the price, so that a sum counts it once.
                normalise(registry, tier.as_ref(), place == 0)
            });
            let resources = normalised.collect::<Result<_, _>>()?;
            let rate_limit_remaining = client.rate_limit().and_then(|limit| limit.remaining);
            Ok(ListedResources { resources, pages: 1, rate_limit_remaining })
        }
        .boxed()
    }
}

/// Returns the tier of the account's subscription: from its registries if they contain it,
/// otherwise by a request. `None` if DigitalOcean answers that there is no subscription.
async fn tier(client: &Client, registries: &[Registry]) -> Result<Option<RegistryTier>, digitalocean::Error> {
    if registries.is_empty() {
        return Ok(None);
    }
    if let Some(subscription) = registries.iter().find_map(|registry| registry.subscription.clone()) {
        return Ok(subscription.tier);
    }
    match client.registries().subscription().await {
        Ok(subscription) => Ok(subscription.tier),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn normalise(
    registry: Registry,
    tier: Option<&RegistryTier>,
    has_price: bool,
) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(registry.name.as_str())?;
    let cents = tier.filter(|_| has_price).and_then(|tier| tier.monthly_price_in_cents);
    let facts = ResourceFacts {
        name: registry.name,
        region: registry.region,
        price_monthly: cents.map(|cents| Money::usd(Decimal::new(cents.into(), 2))),
        created_at: registry.created_at.map(domain::to_millis),
        attrs: attrs(json!({ "subscription_tier": tier.map(|tier| &tier.slug) })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}
