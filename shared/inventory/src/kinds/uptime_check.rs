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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::UPTIME_CHECK;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "Alpine shop", "tags": [],
            "attrs": {
                "type": "https", "target": "https://alpine-outfitters.example", "regions": ["eu_west", "us_east"],
                "enabled": true
            }
        });
        assert_facts(&UPTIME_CHECK, "7d4f2a1c-60c5-4f39-8f0b-52c1d4a6e833", &facts).await;
    }
}
