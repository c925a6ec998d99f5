//! Alert policies of monitoring.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Monitoring>

use digitalocean::{AlertPolicy, Client};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use super::attrs::{attrs, sorted};
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `monitoring_alert`: alert policies of Monitoring.
pub const MONITORING_ALERT: MonitoringAlertKind = MonitoringAlertKind;

/// The implementation of the kind [`MONITORING_ALERT`].
#[derive(Debug, Clone, Copy)]
pub struct MonitoringAlertKind;

impl MirroredKind for MonitoringAlertKind {
    fn kind(&self) -> Kind {
        Kind::from_static("monitoring_alert")
    }

    fn scope(&self) -> &'static str {
        "monitoring:read"
    }

    fn state_fields(&self) -> &'static [&'static str] {
        &[]
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.alert_policies().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for MonitoringAlertKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.alert_policies().list().collect_all().await?, normalise) }
            .boxed()
    }
}

/// Normalises a policy. `tags` are an attribute, because they select the droplets that the policy
/// watches and are not tags of the policy itself.
fn normalise(policy: AlertPolicy) -> Result<(ProviderId, ResourceFacts), InvalidId> {
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
