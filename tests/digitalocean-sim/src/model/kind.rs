//! What the simulator needs to know of a kind of object.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::account::Profile;
use super::assignments::Member;
use crate::scopes::Token;

/// Sets one field of an object, or says why not.
pub(crate) type SetField = fn(&mut Map<String, Value>, &str, Value) -> Result<(), String>;

/// A kind of object that an account holds.
pub(crate) struct Kind {
    /// The key of a list in answers, in seeds and in admin paths, e.g. `droplets`.
    pub(crate) collection: &'static str,
    /// The key of a single object in answers, e.g. `droplet`.
    pub(crate) single: &'static str,
    /// The field that identifies an object.
    pub(crate) id: &'static str,
    /// The kind in URNs; none if a project cannot hold it.
    pub(crate) urn: Option<&'static str>,
    /// The scope for reading it, which also decides whether its URN is shown among a project's resources.
    pub(crate) read_scope: &'static str,
    /// Fields that need a scope of their own.
    pub(crate) scoped_fields: &'static [ScopedField],
    /// Makes the object from its seed form.
    pub(crate) build: fn(Value, &mut BuildContext<'_>) -> Result<BuiltObject, String>,
    /// Gives a field of an existing object its new value from an admin request.
    pub(crate) set: SetField,
}

impl Kind {
    /// The id of an object as text.
    pub(crate) fn id_of(&self, object: &Value) -> String {
        match &object[self.id] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// The URN of an object.
    pub(crate) fn urn_of(&self, id: &str) -> Option<String> {
        self.urn.map(|urn| format!("do:{urn}:{id}"))
    }

    /// The object as a token sees it: fields whose scope it lacks are blank (OpenAPI `schemas/droplet`: "Requires `tag:read` scope").
    pub(crate) fn visible_to(&self, object: &Value, token: &Token) -> Value {
        let mut seen = object.clone();
        for field in self.scoped_fields.iter().filter(|field| !token.may(field.scope)) {
            if let Some(object) = seen.as_object_mut()
                && object.contains_key(field.name)
            {
                match field.blank {
                    Blank::List => object.insert(field.name.to_owned(), json!([])),
                    Blank::Object => object.insert(field.name.to_owned(), json!({})),
                    Blank::Absent => object.remove(field.name),
                };
            }
        }
        seen
    }
}

/// A field that is blank unless the token has the scope.
pub(crate) struct ScopedField {
    pub(crate) name: &'static str,
    pub(crate) scope: &'static str,
    pub(crate) blank: Blank,
}

/// How a field looks without its scope. The documentation names the scopes, not the look: an empty value of the field's type is used
/// where the contract requires the field.
pub(crate) enum Blank {
    List,
    Object,
    Absent,
}

/// Where an object is being made.
pub(crate) struct BuildContext<'a> {
    pub(crate) now: DateTime<Utc>,
    pub(crate) profile: &'a Profile,
    pub(crate) next_id: &'a mut u64,
}

impl BuildContext<'_> {
    /// The given id, or the next free one.
    pub(crate) fn numeric_id(&mut self, given: Option<u64>) -> u64 {
        let id = given.unwrap_or(*self.next_id);
        *self.next_id = (*self.next_id).max(id + 1);
        id
    }
}

/// A new object.
pub(crate) struct BuiltObject {
    pub(crate) object: Value,
    /// What it holds, if it is a project.
    pub(crate) members: Vec<Member>,
    /// What comes with it, objects of their own: the records of a domain, the backups of a droplet.
    pub(crate) parts: Vec<(&'static Kind, Value)>,
}

impl From<Value> for BuiltObject {
    fn from(object: Value) -> Self {
        Self { object, members: Vec::new(), parts: Vec::new() }
    }
}

/// Reads a seed form; an unknown field is an error that names it.
pub(crate) fn spec<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        if path == "." { error.inner().to_string() } else { format!("{path}: {}", error.inner()) }
    })
}

/// Sets a field that the object has, and refuses any other: the [`Kind::set`] of a kind without special fields.
pub(crate) fn set_known(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    match object.get_mut(field) {
        Some(slot) => {
            *slot = value;
            Ok(())
        }
        None => Err(format!("unknown field `{field}`")),
    }
}
