//! Autoscale pools of droplets.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplet-Autoscale-Pools>

use digitalocean::autoscale_pools::{AutoscaleConfig, DropletTemplate};
use digitalocean::{AutoscalePool, Client};
use domain::{InvalidId, Kind, Parent, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::attrs::{attrs, sorted};
use super::{ExistenceProbe, ListError, ListedKind, ListedResources, MirroredKind, OrphanPolicy, ProbeResult};
use crate::workers::PROJECT;

/// The kind `autoscale_pool`: pools of droplets that scale automatically.
pub const AUTOSCALE_POOL: AutoscalePoolKind = AutoscalePoolKind;

/// The implementation of the kind [`AUTOSCALE_POOL`].
#[derive(Debug, Clone, Copy)]
pub struct AutoscalePoolKind;

impl MirroredKind for AutoscalePoolKind {
    fn kind(&self) -> Kind {
        Kind::from_static("autoscale_pool")
    }

    fn scope(&self) -> &'static str {
        "droplet:read"
    }

    /// A project cannot contain a pool. The pool belongs to the project of its droplets, which may
    /// be a tenant's.
    fn orphan_policy(&self) -> OrphanPolicy {
        OrphanPolicy::LeaveUnattributed
    }

    fn state_fields(&self) -> &'static [&'static str] {
        &["status", "attrs.active_resources_count"]
    }

    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a> {
        Some(async move { ProbeResult::of(client.autoscale_pools().get(id.as_str()).await) }.boxed())
    }
}

impl ListedKind for AutoscalePoolKind {
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>> {
        async move { ListedResources::normalised(client.autoscale_pools().list().collect_all().await?, normalise) }
            .boxed()
    }
}

/// Normalises a pool. It has no price and no tags, because its droplets have their own prices and
/// the tags in its template are for them.
fn normalise(pool: AutoscalePool) -> Result<(ProviderId, ResourceFacts), InvalidId> {
    let id = ProviderId::new(pool.id)?;
    let project = pool.droplet_template.project_id.as_deref().map(ProviderId::new).transpose()?;
    let facts = ResourceFacts {
        name: pool.name,
        region: pool.droplet_template.region.clone(),
        status: pool.status.map(|status| status.as_str().to_owned()),
        created_at: pool.created_at.map(domain::to_millis),
        parent: project.map(|provider_id| Parent { kind: PROJECT, provider_id }),
        attrs: attrs(json!({
            "config": config_attrs(&pool.config),
            "droplet_template": template_attrs(pool.droplet_template),
            "active_resources_count": pool.active_resources_count,
        })),
        ..ResourceFacts::default()
    };
    Ok((id, facts))
}

fn config_attrs(config: &AutoscaleConfig) -> Map<String, Value> {
    attrs(json!({
        "target_number_instances": config.target_number_instances,
        "min_instances": config.min_instances,
        "max_instances": config.max_instances,
        "target_cpu_utilization": config.target_cpu_utilization.map(|share| share.to_string()),
        "target_memory_utilization": config.target_memory_utilization.map(|share| share.to_string()),
        "cooldown_minutes": config.cooldown_minutes,
    }))
}

fn template_attrs(template: DropletTemplate) -> Map<String, Value> {
    attrs(json!({
        "name": template.name,
        "size": template.size,
        "image": template.image,
        "tags": sorted(template.tags),
        "vpc_uuid": template.vpc_uuid,
        "ipv6": template.ipv6,
        "public_networking": template.public_networking,
    }))
}
