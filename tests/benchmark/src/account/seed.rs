//! An account in the form of the simulator's seed.

use serde_json::{Map, Value, json};

use super::objects::{droplet_id, volume_id, zone_name};
use super::part::parts;
use super::scale::Scale;

/// The name of the internal project. The seed has it already, so that the first sweep does not have
/// to create it.
pub(crate) const INTERNAL_PROJECT: &str = "internal";

/// Returns the lists of objects, projects included.
pub(super) fn objects(scale: &Scale) -> Value {
    let mut account = Map::new();
    for part in parts(scale) {
        if let Some(seed) = part.seed {
            let objects: Vec<Value> = (0..part.count(scale)).map(|n| seed(n, scale)).collect();
            account.insert(part.list.to_owned(), objects.into());
        }
    }
    account.insert("projects".to_owned(), projects(scale).into());
    Value::Object(account)
}

/// Returns one project for each tenant, with its droplets, volumes and zones; the default project,
/// which gets every resource that no other project names; and the internal project.
fn projects(scale: &Scale) -> Vec<Value> {
    let tenants = (0..scale.projects).map(|tenant| {
        let own = |count: usize| (0..count).filter(move |n| n % scale.projects == tenant);
        let droplets = own(scale.droplets).map(|n| format!("do:droplet:{}", droplet_id(n)));
        let volumes = own(scale.volumes).map(|n| format!("do:volume:{}", volume_id(n)));
        let zones = own(scale.zones).map(|n| format!("do:domain:{}", zone_name(n)));
        let resources: Vec<String> = droplets.chain(volumes).chain(zones).collect();
        json!({ "name": format!("Customer {tenant}"), "environment": "Production", "resources": resources })
    });
    let own = [json!({ "name": "Platform", "is_default": true }), json!({ "name": INTERNAL_PROJECT })];
    own.into_iter().chain(tenants).collect()
}
