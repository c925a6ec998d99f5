//! Container registries.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Container-Registries>

use digitalocean::registries::RegistryTier;
use digitalocean::{Client, Listing, Registry};
use domain::{Money, ProviderId, ResourceFacts};
use futures::FutureExt;
use rust_decimal::Decimal;
use serde_json::json;

use crate::attrs::attrs;
use crate::kind::{Listed, MirroredKind, Normalised, probe};

/// The kind `container_registry`: container registries of the account.
pub const CONTAINER_REGISTRY: MirroredKind = MirroredKind {
    // The price follows the tier. It moves to another registry when the one that has it is
    // deleted.
    state_fields: &["price_monthly"],
    nonexistent_id: "arcadia-cloud-nonexistent",
    probe: |client, id| probe(async move { client.registries().get(id.as_str()).await }),
    ..MirroredKind::listed("container_registry", "registry:read", |client| read(client).boxed())
};

async fn read(client: &Client) -> Listed {
    let mut registries = client.registries().all().await?;
    registries.sort_by(|one, other| (one.created_at, &one.name).cmp(&(other.created_at, &other.name)));
    let tier = tier(client, &registries).await?;
    // One subscription pays for all registries of an account
    // (<https://docs.digitalocean.com/reference/api/digitalocean/#tag/Container-Registries>). The
    // oldest of them gets the price, so that a sum counts it once.
    let normalised =
        registries.into_iter().enumerate().map(|(place, registry)| normalise(registry, tier.as_ref(), place == 0));
    let items = normalised.collect::<Result<_, _>>()?;
    Ok(Listing { items, pages: 1, requests: 1, total: None, rate_limit: client.rate_limit() })
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
) -> Normalised {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::CONTAINER_REGISTRY;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "noorderlicht", "region": "fra1", "tags": [], "created_at": "2026-05-15T10:05:00Z",
            "price_monthly": { "amount": "5.00", "currency": "USD" }, "attrs": { "subscription_tier": "basic" }
        });
        assert_facts(&CONTAINER_REGISTRY, "noorderlicht", &facts).await;
    }
}
