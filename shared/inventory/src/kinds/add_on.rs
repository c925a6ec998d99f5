//! SaaS add-ons, which other vendors provide through DigitalOcean's marketplace.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Add-Ons>

use digitalocean::saas_add_ons::SaasAddOn;
use domain::{Money, ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, given};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `add_on`: services of other vendors that DigitalOcean bills.
pub const ADD_ON: MirroredKind = MirroredKind {
    probe: |client, id| probe(async move { client.saas_add_ons().get(id.as_str()).await }),
    ..MirroredKind::listed("add_on", "addon:read", |client| list(client.saas_add_ons().list(), normalise))
};

fn normalise(add_on: SaasAddOn) -> Normalised {
    let id = ProviderId::new(add_on.uuid)?;
    let facts = ResourceFacts {
        name: add_on.name,
        status: add_on.state.map(|state| state.as_str().to_owned()),
        price_monthly: add_on.plan_price_per_month.map(Money::usd),
        attrs: attrs(json!({ "app_slug": given(add_on.app_slug), "plan_slug": given(add_on.plan_slug) })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::ADD_ON;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "shop-mail", "status": "provisioned", "tags": [], "price_monthly": { "amount": "15.00", "currency": "USD" },
            "attrs": { "app_slug": "postman", "plan_slug": "starter" }
        });
        assert_facts(&ADD_ON, "91f3b7d6-2c84-4e50-a97b-0d6e58c1f423", &facts).await;
    }
}
