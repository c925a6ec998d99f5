//! Alert policies of monitoring.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Monitoring>

use digitalocean::AlertPolicy;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `monitoring_alert`: alert policies of Monitoring.
pub const MONITORING_ALERT: MirroredKind = MirroredKind {
    probe: |client, id| probe(async move { client.alert_policies().get(id.as_str()).await }),
    ..MirroredKind::listed("monitoring_alert", "monitoring:read", |client| list(client.alert_policies().list(), normalise))
};

/// Normalises a policy. `tags` are an attribute, because they select the droplets that the policy
/// watches and are not tags of the policy itself.
fn normalise(policy: AlertPolicy) -> Normalised {
    let id = ProviderId::new(policy.uuid)?;
    let attrs = attrs(json!({
        "type": policy.alert_type,
        "compare": policy.compare,
        "value": policy.value.map(|value| value.to_string()),
        "window": policy.window,
        "entities": sorted(policy.entities),
        "tags": sorted(policy.tags),
        "enabled": policy.enabled,
    }));
    Ok((id, ResourceFacts { name: policy.description, attrs, ..ResourceFacts::default() }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::MONITORING_ALERT;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "CPU of the shop", "tags": [],
            "attrs": {
                "type": "v1/insights/droplet/cpu", "compare": "GreaterThan", "value": "85", "window": "10m",
                "entities": ["402117355"], "tags": ["shop"], "enabled": true
            }
        });
        assert_facts(&MONITORING_ALERT, "c2f7b8d0-3a4e-4f6b-b1a9-0e9d8c7b6a54", &facts).await;
    }
}
