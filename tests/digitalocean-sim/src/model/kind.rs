//! Description of a kind of object.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::assignments::Member;
use super::profile::Profile;
use crate::scopes::Token;

/// Sets one field of an object, or returns the reason why this is not possible.
pub(crate) type SetField = fn(&mut Map<String, Value>, &str, Value) -> Result<(), String>;

/// A kind of object that an account has.
pub(crate) struct Kind {
    /// Key of a list in answers, in seeds and in admin paths, e.g. `droplets`.
    pub(crate) collection: &'static str,
    /// Key of a single object in answers, e.g. `droplet`.
    pub(crate) single: &'static str,
    /// Field that identifies an object.
    pub(crate) id: &'static str,
    /// Kind in URNs; none if such objects cannot be in a project.
    pub(crate) urn: Option<&'static str>,
    /// Scope to read an object, which also decides whether a project's resources show its URN.
    pub(crate) read_scope: &'static str,
    /// Fields that need a scope of their own.
    pub(crate) scoped_fields: &'static [ScopedField],
    /// Builds an object from its seed form.
    pub(crate) build: fn(Value, &mut BuildContext<'_>) -> Result<BuiltObject, String>,
    /// Sets a field of an existing object to the value of an admin request.
    pub(crate) set: SetField,
}

impl Kind {
    /// Returns whether it is the same kind.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.collection == other.collection
    }

    /// The id of an object as text.
    pub(crate) fn id_of(&self, object: &Value) -> String {
        match &object[self.id] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// The URN of the object with this id.
    pub(crate) fn urn_of(&self, id: &str) -> Option<String> {
        self.urn.map(|urn| format!("do:{urn}:{id}"))
    }

    /// The object as a token may read it: fields whose scope the token lacks are blank (OpenAPI
    /// `schemas/droplet`: "Requires `tag:read` scope").
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

/// The form of a field without its scope. The documentation names the scopes but not this form:
/// where the contract requires the field, the simulator shows an empty value of the field's type.
pub(crate) enum Blank {
    List,
    Object,
    Absent,
}

/// The account and the time that an object is built for.
pub(crate) struct BuildContext<'a> {
    pub(crate) now: DateTime<Utc>,
    pub(crate) profile: &'a Profile,
    pub(crate) next_id: &'a mut u64,
}

impl BuildContext<'_> {
    /// Returns the given id, or the next free one.
    pub(crate) fn numeric_id(&mut self, given: Option<u64>) -> u64 {
        let id = given.unwrap_or(*self.next_id);
        *self.next_id = (*self.next_id).max(id + 1);
        id
    }
}

/// A new object with its members and parts.
pub(crate) struct BuiltObject {
    pub(crate) object: Value,
    /// Resources of the object, if it is a project.
    pub(crate) members: Vec<Member>,
    /// Further objects that are created with it: the records of a domain, the backups of a droplet.
    pub(crate) parts: Vec<(&'static Kind, Value)>,
}

impl From<Value> for BuiltObject {
    fn from(object: Value) -> Self {
        Self { object, members: Vec::new(), parts: Vec::new() }
    }
}

/// Parses a seed form. An unknown field is an error that names the field.
pub(crate) fn spec<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        if path == "." { error.inner().to_string() } else { format!("{path}: {}", error.inner()) }
    })
}

/// Sets a field that the object has, and refuses any other. It is the [`Kind::set`] of kinds
/// without special fields.
pub(crate) fn set_known(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    match object.get_mut(field) {
        Some(slot) => {
            *slot = value;
            Ok(())
        }
        None => Err(format!("unknown field `{field}`")),
    }
}

/// An id as a droplet and the list of images show it: as a number if the text is one.
pub(crate) fn numeric(id: &Value) -> Value {
    id.as_str().and_then(|text| text.parse::<u64>().ok()).map_or_else(|| id.clone(), |number| json!(number))
}
