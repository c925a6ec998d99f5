//! One account: its profile, its tokens, its objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::assignments::Assignments;
use super::collection::Collection;
use super::kind::{BuildContext, Kind};
use super::profile::Profile;
use super::rules::AccountRules;
use crate::consistency::ConsistencySettings;
use crate::limits::Limits;
use crate::scopes::Token;

#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) profile: Profile,
    pub(crate) limits: Limits,
    pub(crate) consistency: ConsistencySettings,
    pub(crate) tokens: BTreeMap<String, Token>,
    pub(crate) assignments: Assignments,
    pub(super) rules: &'static AccountRules,
    collections: BTreeMap<&'static str, Collection>,
    next_id: u64,
}

impl Account {
    pub(crate) fn new(
        profile: Profile,
        limits: Limits,
        consistency: ConsistencySettings,
        rules: &'static AccountRules,
    ) -> Self {
        Self {
            profile,
            limits,
            consistency,
            tokens: BTreeMap::new(),
            assignments: Assignments::default(),
            rules,
            collections: BTreeMap::new(),
            next_id: 410_000_000,
        }
    }

    /// The objects of a kind, for changes.
    pub(crate) fn of(&mut self, kind: &Kind) -> &mut Collection {
        self.collections.entry(kind.collection).or_default()
    }

    /// The objects of a kind, read-only.
    pub(crate) fn objects(&self, kind: &Kind) -> impl Iterator<Item = &Arc<Value>> {
        self.collection(kind).into_iter().flat_map(Collection::iter)
    }

    pub(super) fn collection(&self, kind: &Kind) -> Option<&Collection> {
        self.collections.get(kind.collection)
    }

    /// Ends the list delays that are over by `now`, for every kind.
    pub(crate) fn expire_list_lags(&mut self, now: DateTime<Utc>) {
        self.collections.values_mut().for_each(|collection| collection.expire_list_lags(now));
    }

    pub(crate) fn get(&self, kind: &Kind, id: &str) -> Option<&Arc<Value>> {
        self.collection(kind)?.get(id)
    }

    pub(crate) fn has(&self, kind: &Kind, id: &str) -> bool {
        self.get(kind, id).is_some()
    }

    pub(crate) fn context(&mut self, now: DateTime<Utc>) -> BuildContext<'_> {
        BuildContext { now, profile: &self.profile, next_id: &mut self.next_id }
    }

    /// Adds an object from its seed form and returns its id. An object that is in no project yet is
    /// assigned to the default project, as OpenAPI `schemas/project` says of `is_default`.
    pub(crate) fn add(&mut self, kind: &Kind, spec: Value, now: DateTime<Utc>) -> Result<String, String> {
        let built = (kind.build)(spec, &mut self.context(now))?;
        let id = kind.id_of(&built.object);
        if self.has(kind, &id) {
            return Err(format!("{} `{id}` exists already", kind.single));
        }
        self.check_owner(kind, &built.object)?;
        self.put_parts(built.parts)?;
        if kind.is(self.rules.projects) && built.object["is_default"] == true {
            self.clear_default_project();
        }
        self.put_related(kind, &id, built.object);
        for member in built.members {
            self.assignments.put(&member, &id, now);
        }
        if let Some(urn) = kind.urn_of(&id)
            && self.assignments.project_of(&urn).is_none()
            && let Some(project) = self.default_project()
        {
            self.assignments.assign(&urn, &project, now);
        }
        Ok(id)
    }

    /// Changes fields of an object.
    pub(crate) fn patch(&mut self, kind: &Kind, id: &str, fields: Value) -> Result<(), String> {
        let Value::Object(fields) = fields else { return Err("a change must be a JSON object of fields".to_owned()) };
        if fields.contains_key(kind.id) {
            return Err(format!("`{}` identifies a {} and cannot change", kind.id, kind.single));
        }
        let Some(Value::Object(mut object)) = self.get(kind, id).map(|object| Value::clone(object)) else {
            return Err(format!("there is no {} `{id}`", kind.single));
        };
        let becomes_default = fields.get("is_default") == Some(&Value::Bool(true));
        for (field, value) in fields {
            (kind.set)(&mut object, &field, value)?;
        }
        if becomes_default {
            self.clear_default_project();
        }
        let object = Value::Object(object);
        self.check_owner(kind, &object)?;
        self.put_related(kind, id, object);
        Ok(())
    }

    /// Removes an object, its project assignment, and the objects that cannot exist without it. If
    /// it is a project, its resources are unassigned.
    pub(crate) fn remove(&mut self, kind: &Kind, id: &str) -> bool {
        let Some(object) = self.of(kind).remove(id) else { return false };
        if let Some(urn) = kind.urn_of(id) {
            self.assignments.unassign(&urn);
        }
        if kind.is(self.rules.projects) {
            self.assignments.drop_project(id);
        }
        self.follow_removal(kind, id, &object);
        true
    }

    /// Adds the parts of a new object, either all of them or none.
    fn put_parts(&mut self, parts: Vec<(&'static Kind, Value)>) -> Result<(), String> {
        let parts: Vec<_> = parts.into_iter().map(|(kind, part)| (kind, kind.id_of(&part), part)).collect();
        if let Some((kind, id, _)) = parts.iter().find(|(kind, id, _)| self.has(kind, id)) {
            return Err(format!("{} `{id}` exists already", kind.single));
        }
        for (kind, id, part) in parts {
            self.of(kind).put(&id, part);
        }
        Ok(())
    }

    pub(crate) fn default_project(&self) -> Option<String> {
        let kind = self.rules.projects;
        self.objects(kind).find(|project| project["is_default"] == true).map(|project| kind.id_of(project))
    }

    /// Clears the flag of the present default project, because only one project may have it.
    pub(crate) fn clear_default_project(&mut self) {
        for project in self.of(self.rules.projects).iter_mut() {
            project["is_default"] = Value::Bool(false);
        }
    }
}
