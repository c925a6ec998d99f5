//! Relations between objects: which object requires another one, which objects are deleted
//! together, and which ids a droplet shows.

use std::sync::Arc;

use serde_json::{Value, json};

use super::account::Account;
use super::kind::Kind;
use crate::endpoints::{actions, domain_records, domains, droplet_backups, droplets, images, snapshots, volumes};

/// A kind whose ids the droplet shows.
struct DropletReference {
    kind: &'static Kind,
    field: &'static str,
    droplet_of: fn(&Value) -> Option<String>,
}

static DROPLET_REFERENCES: [DropletReference; 3] = [
    DropletReference { kind: &droplet_backups::KIND, field: "backup_ids", droplet_of: droplet_backups::droplet_of },
    DropletReference { kind: &snapshots::KIND, field: "snapshot_ids", droplet_of: snapshots::droplet_of },
    DropletReference { kind: &volumes::KIND, field: "volume_ids", droplet_of: volumes::droplet_of },
];

impl DropletReference {
    fn of(kind: &Kind) -> Option<&'static Self> {
        DROPLET_REFERENCES.iter().find(|reference| reference.kind.collection == kind.collection)
    }

    fn id(&self, object: &Value) -> Value {
        snapshots::numeric(&object[self.kind.id])
    }
}

impl Account {
    /// Checks that the domain or droplet of an object exists. A snapshot may outlive its droplet or
    /// volume, so snapshots are not checked.
    pub(super) fn check_owner(&self, kind: &Kind, object: &Value) -> Result<(), String> {
        let (owner, id) = match kind.collection {
            list if list == domain_records::KIND.collection => {
                (&domains::KIND, Some(domain_records::domain_of(object).to_owned()))
            }
            list if list == snapshots::KIND.collection => return Ok(()),
            _ => (&droplets::KIND, DropletReference::of(kind).and_then(|reference| (reference.droplet_of)(object))),
        };
        match id {
            Some(id) if !self.has(owner, &id) => Err(format!("there is no {} `{id}`", owner.single)),
            _ => Ok(()),
        }
    }

    /// Stores an object, and updates the ids that its droplet shows.
    pub(super) fn put_related(&mut self, kind: &Kind, id: &str, mut object: Value) {
        let before = self.get(kind, id).cloned();
        if kind.collection == droplets::KIND.collection && before.is_none() {
            let own = |snapshot: &&Arc<Value>| snapshots::droplet_of(snapshot).as_deref() == Some(id);
            let ids = self.objects(&snapshots::KIND).filter(own).map(|snapshot| snapshots::numeric(&snapshot["id"]));
            object["snapshot_ids"] = ids.collect();
        }
        if let Some(reference) = DropletReference::of(kind) {
            let previous = before.as_deref().and_then(reference.droplet_of);
            let current = (reference.droplet_of)(&object);
            if previous != current {
                self.change_reference(reference, previous, |ids| ids.retain(|id| *id != reference.id(&object)));
                self.change_reference(reference, current, |ids| ids.push(reference.id(&object)));
            }
        }
        if kind.collection == actions::KIND.collection {
            self.track_action(id, &object);
        }
        self.of(kind).put(id, object);
    }

    fn change_reference(
        &mut self,
        reference: &DropletReference,
        droplet: Option<String>,
        change: impl FnOnce(&mut Vec<Value>),
    ) {
        let droplet = droplet.and_then(|id| self.of(&droplets::KIND).get_mut(&id));
        if let Some(ids) = droplet.and_then(|droplet| droplet[reference.field].as_array_mut()) {
            change(ids);
        }
    }

    /// Updates the related objects after a removal. The records of a domain and the backups of a
    /// droplet are removed with it. Volumes remain and are detached. A droplet no longer shows the
    /// id of a removed object.
    pub(super) fn follow_removal(&mut self, kind: &Kind, id: &str, object: &Value) {
        if kind.collection == domains::KIND.collection {
            let own = self.objects(&domain_records::KIND).filter(|record| domain_records::domain_of(record) == id);
            for id in own.map(|record| domain_records::KIND.id_of(record)).collect::<Vec<_>>() {
                self.of(&domain_records::KIND).remove(&id);
            }
        }
        if kind.collection == droplets::KIND.collection {
            let ids = |field: &str| object[field].as_array().cloned().unwrap_or_default();
            // "Destroying a Droplet destroys the backups along with it"
            // (<https://docs.digitalocean.com/products/backups/support/>).
            for id in ids("backup_ids") {
                self.of(&droplet_backups::KIND).remove(&id.to_string());
            }
            for id in ids("volume_ids") {
                if let Some(volume) = id.as_str().and_then(|id| self.of(&volumes::KIND).get_mut(id)) {
                    volume["droplet_ids"] = json!([]);
                }
            }
        }
        if [snapshots::KIND.collection, images::KIND.collection].contains(&kind.collection) {
            for urn in snapshots::URNS {
                self.assignments.unassign(&format!("do:{urn}:{id}"));
            }
        }
        if let Some(reference) = DropletReference::of(kind) {
            self.change_reference(reference, (reference.droplet_of)(object), |ids| {
                ids.retain(|id| *id != reference.id(object));
            });
        }
    }
}
