//! Apps of App Platform. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Apps>

use digitalocean::apps::{AppComponent, AppSpec};
use digitalocean::{App, Client};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::attrs::{attrs, sorted};
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};

/// The kind `app`: apps of App Platform.
pub const APP: AppKind = AppKind;

/// The implementation of the kind [`APP`].
#[derive(Debug, Clone, Copy)]
pub struct AppKind;

impl MirroredKind for AppKind {
    fn kind(&self) -> Kind {
        Kind::from_static("app")
    }

    fn urn_kinds(&self) -> &'static [&'static str] {
        &["app"]
    }

    fn scope(&self) -> &'static str {
        "app:read"
    }

    /// An app gets a URL with its first deployment. The URL changes to the app's own host name once
    /// that name resolves to the app.
    fn state_fields(&self) -> &'static [&'static str] {
        &["attrs.default_ingress", "attrs.live_url"]
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.apps().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for AppKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.apps().list().collect_all().await?, normalise) }.boxed()
    }
}

/// Normalises an app: the facts of its specification. Deployments are left out, because every push
/// creates one.
fn normalise(app: App) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
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
