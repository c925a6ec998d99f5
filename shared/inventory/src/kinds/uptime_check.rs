//! Uptime checks. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Uptime>

use digitalocean::UptimeCheck;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::{attrs, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `uptime_check`: uptime checks of the account.
pub const UPTIME_CHECK: MirroredKind = MirroredKind {
    probe: |client, id| probe(async move { client.uptime_checks().get(id.as_str()).await }),
    ..MirroredKind::listed("uptime_check", "uptime:read", |client| list(client.uptime_checks().list(), normalise))
};

fn normalise(check: UptimeCheck) -> Normalised {
    let id = ProviderId::new(check.id)?;
    let attrs = attrs(json!({
        "type": check.check_type,
        "target": check.target,
        "regions": sorted(check.regions),
        "enabled": check.enabled,
    }));
    Ok((id, ResourceFacts { name: check.name, attrs, ..ResourceFacts::default() }))
}
