//! An account as a JSON value. Two values are equal exactly if the accounts have the same contents.

use serde_json::{Map, Value, json};

use crate::endpoints::objects::record;
use crate::endpoints::{actions, kinds, projects};
use crate::model::account::Account;
use crate::model::kind::Kind;

/// The objects of every kind and the resources of the projects, in a stable order. A record
/// that was deleted and recreated has another id but the same contents, so records have no ids
/// here. Only the actions in progress are included, because the others are history.
pub(crate) fn of(account: &Account) -> Value {
    let mut state: Map<_, _> = kinds::all().map(|kind| (kind.collection.to_owned(), sorted(account, kind))).collect();
    let held = account.objects(&projects::KIND).map(|project| {
        let id = projects::KIND.id_of(project);
        let mut urns: Vec<_> = account.assignments.of(&id).into_iter().map(|(urn, _)| urn.to_owned()).collect();
        urns.sort();
        (id, json!(urns))
    });
    state.insert("assignments".to_owned(), Value::Object(held.collect()));
    Value::Object(state)
}

fn sorted(account: &Account, kind: &Kind) -> Value {
    let is_history = |object: &Value| kind.is(&actions::KIND) && !actions::is_running(object);
    let keyed = |object: &Value| {
        if !kind.is(&record::KIND) {
            return (kind.id_of(object), object.clone());
        }
        let mut record = object.clone();
        if let Some(fields) = record.as_object_mut() {
            fields.remove(kind.id);
        }
        let key = ["domain", "name", "type"].map(|field| record[field].as_str().unwrap_or_default().to_owned());
        (format!("{} {record}", key.join(" ")), record)
    };
    let mut objects: Vec<_> =
        account.objects(kind).filter(|object| !is_history(object)).map(|object| keyed(object)).collect();
    objects.sort_by(|(one, _), (other, _)| one.cmp(other));
    objects.into_iter().map(|(_, object)| object).collect()
}
