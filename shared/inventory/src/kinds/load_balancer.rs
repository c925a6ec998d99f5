//! Load balancers. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Load-Balancers>

mod settings;

use digitalocean::{Client, LoadBalancer, LoadBalancerType};
use domain::{InvalidId, Kind, Money, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, ProbeResult};
use crate::prices;

/// The kind `load_balancer`: regional and global load balancers.
pub const LOAD_BALANCER: LoadBalancerKind = LoadBalancerKind;

/// The implementation of the kind [`LOAD_BALANCER`].
#[derive(Debug, Clone, Copy)]
pub struct LoadBalancerKind;

impl MirroredKind for LoadBalancerKind {
    fn kind(&self) -> Kind {
        Kind::from_static("load_balancer")
    }

    fn urn_kinds(&self) -> &'static [&'static str] {
        &["loadbalancer"]
    }

    fn scope(&self) -> &'static str {
        "load_balancer:read"
    }

    /// DigitalOcean assigns the addresses some time after the load balancer is created. Its
    /// droplets change with its tag, with the nodes of a Kubernetes cluster and with an autoscale
    /// pool.
    fn state_fields(&self) -> &'static [&'static str] {
        &["status", "attrs.ip", "attrs.ipv6", "attrs.droplet_ids", "price_monthly"]
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.load_balancers().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for LoadBalancerKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.load_balancers().list().collect_all().await?, normalise) }
            .boxed()
    }
}

/// Normalises a load balancer. `project_id` is left out, because attribution uses the projects' own
/// lists.
fn normalise(balancer: LoadBalancer) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(balancer.id.as_str())?;
    let facts = ResourceFacts {
        region: balancer.region.as_ref().map(|region| region.slug.clone()).filter(|slug| !slug.is_empty()),
        status: balancer.status.as_ref().map(|status| status.as_str().to_owned()),
        price_monthly: price(&balancer),
        created_at: balancer.created_at.map(domain::to_millis),
        name: balancer.name.clone(),
        attrs: settings::attributes(balancer),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

/// Returns the price by type and number of nodes. An unknown type has no price.
fn price(balancer: &LoadBalancer) -> Option<Money> {
    let nodes = balancer.size_unit.filter(|nodes| *nodes > 0).or(match balancer.size.as_deref() {
        Some("lb-small") => Some(1),
        Some("lb-medium") => Some(3),
        Some("lb-large") => Some(6),
        _ => None,
    });
    match &balancer.load_balancer_type {
        None | Some(LoadBalancerType::Regional) => nodes.map(prices::load_balancer),
        Some(LoadBalancerType::RegionalNetwork) => nodes.map(prices::network_load_balancer),
        Some(LoadBalancerType::Global) => Some(prices::global_load_balancer()),
        Some(LoadBalancerType::Other(_)) => None,
    }
}
