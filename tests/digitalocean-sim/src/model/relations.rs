//! Relations between objects: which object requires another one, which objects are deleted
//! together, and which ids an owner shows.

use serde_json::{Value, json};

use super::account::Account;
use super::kind::{Kind, numeric};
use super::rules::{Relation, WithoutOwner};

impl Relation {
    /// The id of an object as its owner shows it.
    fn id(&self, object: &Value) -> Value {
        numeric(&object[self.kind.id])
    }
}

impl Account {
    /// Checks that the owner of an object exists, unless the object may outlive it.
    pub(super) fn check_owner(&self, kind: &Kind, object: &Value) -> Result<(), String> {
        let relation = self.rules.relation_of(kind).filter(|relation| relation.without_owner != WithoutOwner::Kept);
        match relation.and_then(|relation| Some((relation.owner, (relation.owner_of)(object)?))) {
            Some((owner, id)) if !self.has(owner, &id) => Err(format!("there is no {} `{id}`", owner.single)),
            _ => Ok(()),
        }
    }

    /// Stores an object, and updates the ids that its owner shows. A new owner shows the objects
    /// that outlived an earlier one of the same id.
    pub(super) fn put_related(&mut self, kind: &Kind, id: &str, mut object: Value) {
        let before = self.get(kind, id).cloned();
        if before.is_none() {
            for relation in self.rules.owned_by(kind).filter(|owned| owned.without_owner == WithoutOwner::Kept) {
                let Some(field) = relation.shown_as else { continue };
                let own = self.objects(relation.kind).filter(|owned| (relation.owner_of)(owned).as_deref() == Some(id));
                object[field] = own.map(|owned| relation.id(owned)).collect();
            }
        }
        if let Some(relation) = self.rules.relation_of(kind) {
            let previous = before.as_deref().and_then(relation.owner_of);
            let current = (relation.owner_of)(&object);
            if previous != current {
                self.change_shown(relation, previous, |ids| ids.retain(|id| *id != relation.id(&object)));
                self.change_shown(relation, current, |ids| ids.push(relation.id(&object)));
            }
        }
        self.of(kind).put(id, object);
    }

    /// Changes the ids that an owner shows.
    fn change_shown(&mut self, relation: &Relation, owner: Option<String>, change: impl FnOnce(&mut Vec<Value>)) {
        let (Some(field), Some(owner)) = (relation.shown_as, owner) else { return };
        if let Some(ids) = self.of(relation.owner).get_mut(&owner).and_then(|owner| owner[field].as_array_mut()) {
            change(ids);
        }
    }

    /// Updates the related objects after a removal: those of the removed object, and its owner.
    pub(super) fn follow_removal(&mut self, kind: &Kind, id: &str, object: &Value) {
        for relation in self.rules.owned_by(kind) {
            for owned in self.owned(relation, id, object) {
                match relation.without_owner {
                    WithoutOwner::Removed => drop(self.of(relation.kind).remove(&owned)),
                    WithoutOwner::Detached(field) => {
                        if let Some(owned) = self.of(relation.kind).get_mut(&owned) {
                            owned[field] = json!([]);
                        }
                    }
                    WithoutOwner::Kept => {}
                }
            }
        }
        for urn in self.rules.foreign_urns_of(kind) {
            self.assignments.unassign(&format!("do:{urn}:{id}"));
        }
        if let Some(relation) = self.rules.relation_of(kind) {
            self.change_shown(relation, (relation.owner_of)(object), |ids| ids.retain(|id| *id != relation.id(object)));
        }
    }

    /// The ids of an owner's objects. Where the owner shows them, no other object is looked at,
    /// because an account may have many backups.
    fn owned(&self, relation: &Relation, id: &str, owner: &Value) -> Vec<String> {
        let text = |id: &Value| id.as_str().map_or_else(|| id.to_string(), ToOwned::to_owned);
        match relation.shown_as {
            Some(field) => owner[field].as_array().into_iter().flatten().map(text).collect(),
            None => {
                let own = self.objects(relation.kind).filter(|owned| (relation.owner_of)(owned).as_deref() == Some(id));
                own.map(|owned| relation.kind.id_of(owned)).collect()
            }
        }
    }
}
