//! Apps of App Platform. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Apps>

use digitalocean::apps::{AppComponent, AppSpec};
use digitalocean::App;
use domain::{ProviderId, ResourceFacts};
use serde_json::{Map, Value, json};

use crate::attrs::{attrs, given, sorted};
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `app`: apps of App Platform.
pub const APP: MirroredKind = MirroredKind {
    urn_names: &["app"],
    // An app gets a URL with its first deployment. The URL changes to the app's own host name once
    // that name resolves to the app.
    state_fields: &["attrs.default_ingress", "attrs.live_url"],
    probe: |client, id| probe(async move { client.apps().get(id.as_str()).await }),
    ..MirroredKind::listed("app", "app:read", |client| list(client.apps().list(), normalise))
};

/// Normalises an app: the facts of its specification. Deployments are left out, because every push
/// creates one.
fn normalise(app: App) -> Normalised {
    let id = ProviderId::new(app.id)?;
    let attrs = attrs(json!({
        "tier": given(app.tier_slug),
        "default_ingress": given(app.default_ingress),
        "live_url": given(app.live_url),
        "domains": sorted(app.spec.domains.iter().map(|domain| domain.domain.clone())),
        "components": components(&app.spec),
    }));
    let facts = ResourceFacts {
        name: app.spec.name,
        region: given(app.region.map(|region| region.slug)),
        created_at: app.created_at.map(domain::to_millis),
        attrs,
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

/// Returns the components of an app, grouped by type and sorted by name.
fn components(spec: &AppSpec) -> Vec<Map<String, Value>> {
    let lists: [(&str, &[AppComponent]); 6] = [
        ("service", &spec.services),
        ("worker", &spec.workers),
        ("job", &spec.jobs),
        ("static_site", &spec.static_sites),
        ("function", &spec.functions),
        ("database", &spec.databases),
    ];
    let of_type = |(component_type, list): (&str, &[AppComponent])| {
        let mut list: Vec<&AppComponent> = list.iter().collect();
        list.sort_by_key(|component| &component.name);
        list.into_iter().map(|component| component_attrs(component_type, component)).collect::<Vec<_>>()
    };
    lists.into_iter().flat_map(of_type).collect()
}

fn component_attrs(component_type: &str, component: &AppComponent) -> Map<String, Value> {
    let scaling = component.autoscaling.as_ref();
    attrs(json!({
        "type": component_type,
        "name": component.name,
        "instance_size": component.instance_size_slug,
        "instance_count": component.instance_count,
        "min_instances": scaling.and_then(|scaling| scaling.min_instance_count),
        "max_instances": scaling.and_then(|scaling| scaling.max_instance_count),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::APP;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "jansen-bestellen", "region": "ams", "tags": [], "created_at": "2026-05-21T12:08:45Z",
            "attrs": {
                "tier": "basic",
                "default_ingress": "https://jansen-bestellen-x7k2q.ondigitalocean.app",
                "live_url": "https://bestellen-jansen.example",
                "domains": ["bestellen-jansen.example"],
                "components": [
                    { "type": "service", "name": "web", "instance_size": "apps-s-1vcpu-1gb", "instance_count": 2 },
                    {
                        "type": "worker", "name": "mailer", "instance_size": "apps-d-1vcpu-2gb", "min_instances": 1,
                        "max_instances": 3
                    },
                    { "type": "database", "name": "orders" }
                ]
            }
        });
        assert_facts(&APP, "a3d90c5e-6b14-4c77-9e02-58f1d2b7c680", &facts).await;
    }
}
