//! Autoscale pools of droplets.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplet-Autoscale-Pools>

use digitalocean::autoscale_pools::{AutoscaleConfig, DropletTemplate};
use digitalocean::AutoscalePool;
use domain::{ProviderId, ResourceFacts};
use serde_json::{Map, Value, json};

use crate::attrs::{attrs, named_project, sorted};
use crate::kind::{MirroredKind, Normalised, OrphanPolicy, list, probe};

/// The kind `autoscale_pool`: pools of droplets that scale automatically.
pub const AUTOSCALE_POOL: MirroredKind = MirroredKind {
    // A project cannot contain a pool. The pool belongs to the project of its droplets, which may
    // be a tenant's.
    orphan_policy: OrphanPolicy::LeaveUnattributed,
    state_fields: &["status", "attrs.active_resources_count"],
    probe: |client, id| probe(async move { client.autoscale_pools().get(id.as_str()).await }),
    ..MirroredKind::listed("autoscale_pool", "droplet:read", |client| list(client.autoscale_pools().list(), normalise))
};

/// Normalises a pool. It has no price and no tags, because its droplets have their own prices and
/// the tags in its template are for them.
fn normalise(pool: AutoscalePool) -> Normalised {
    let id = ProviderId::new(pool.id)?;
    let parent = named_project(pool.droplet_template.project_id.clone())?;
    let facts = ResourceFacts {
        name: pool.name,
        region: pool.droplet_template.region.clone(),
        status: pool.status.map(|status| status.as_str().to_owned()),
        created_at: pool.created_at.map(domain::to_millis),
        parent,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::AUTOSCALE_POOL;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "alpine-imports", "region": "fra1", "status": "active", "tags": [],
            "created_at": "2026-06-17T08:00:30Z",
            "parent": { "kind": "project", "provider_id": "c70d5f38-1e9b-4b26-b1d2-f4a08e6c9d77" },
            "attrs": {
                "config": {
                    "min_instances": 1, "max_instances": 5, "target_cpu_utilization": "0.5", "cooldown_minutes": 10
                },
                "droplet_template": {
                    "name": "alpine-import", "size": "s-2vcpu-4gb", "image": "debian-12-x64", "tags": ["import", "shop"],
                    "vpc_uuid": "00000000-5d4e-4c2b-8000-000066726131",
                    "ipv6": true, "public_networking": true
                },
                "active_resources_count": 2
            }
        });
        assert_facts(&AUTOSCALE_POOL, "d4a1e7b3-52c9-4f08-91d6-e8b05c3f7a42", &facts).await;
    }
}
