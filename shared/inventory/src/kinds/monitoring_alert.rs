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
