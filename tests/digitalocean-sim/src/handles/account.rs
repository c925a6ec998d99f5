//! Accounts in the same process. An operation that is not possible is a mistake in the test, so it
//! panics with the reason.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::comparable;
use crate::consistency::ConsistencySettings;
use crate::endpoints::kinds;
use crate::limits::Limits;
use crate::model::account;
use crate::model::kind::Kind;
use crate::scopes::Token;
use crate::shared::Shared;

/// An account to read and to change. Its methods panic if the account or the object does not exist.
#[derive(Clone)]
pub struct Account {
    shared: Arc<Shared>,
    name: String,
}

impl Account {
    pub(crate) fn new(shared: Arc<Shared>, name: &str) -> Self {
        Self { shared, name: name.to_owned() }
    }

    #[track_caller]
    pub(crate) fn edit<T>(&self, edit: impl FnOnce(&mut account::Account, DateTime<Utc>) -> Result<T, String>) -> T {
        match self.shared.edit(&self.name, edit) {
            Ok(value) => value,
            Err(error) => panic!("account `{}`: {error}", self.name),
        }
    }

    /// Returns the value of a token.
    #[track_caller]
    #[must_use]
    pub fn token(&self, name: &str) -> String {
        self.edit(|account, _| {
            let token = account.tokens.get(name).ok_or_else(|| format!("there is no token `{name}`"))?;
            Ok(token.value.clone())
        })
    }

    /// Adds a token, or replaces the one with the same name.
    #[track_caller]
    pub fn set_token(&self, name: &str, token: Token) {
        self.edit(|account, _| {
            account.tokens.insert(name.to_owned(), token);
            Ok(())
        });
    }

    /// Revokes the token with this name.
    #[track_caller]
    pub fn remove_token(&self, name: &str) {
        self.edit(|account, _| {
            account.tokens.remove(name).map(drop).ok_or_else(|| format!("there is no token `{name}`"))
        });
    }

    /// Sets the rate limits of every token of the account.
    #[track_caller]
    pub fn set_limits(&self, limits: Limits) {
        self.edit(|account, _| {
            account.limits = limits;
            Ok(())
        });
    }

    /// Sets the duration of actions, the delay of lists, and other behaviour that DO does not
    /// document.
    #[track_caller]
    pub fn set_consistency(&self, consistency: ConsistencySettings) {
        self.edit(|account, _| {
            account.consistency = consistency;
            Ok(())
        });
    }

    /// Returns the contents of the account in a form that can be compared with another account. The
    /// order is stable, records have no ids, and only the actions in progress are included.
    #[track_caller]
    #[must_use]
    pub fn state(&self) -> Value {
        self.edit(|account, _| Ok(comparable::of(account)))
    }

    /// Adds an object in its JSON seed form to a list such as `droplets`, and returns its id.
    #[track_caller]
    pub fn add(&self, collection: &str, object: Value) -> String {
        self.edit(|account, now| account.add(kind(collection)?, object, now))
    }

    /// Changes fields of an object.
    #[track_caller]
    pub fn change(&self, collection: &str, id: &str, fields: Value) {
        self.edit(|account, _| account.patch(kind(collection)?, id, fields));
    }

    /// Removes an object from a list such as `droplets`.
    #[track_caller]
    pub fn remove(&self, collection: &str, id: &str) {
        self.edit(|account, _| {
            let kind = kind(collection)?;
            if account.remove(kind, id) { Ok(()) } else { Err(format!("there is no {} `{id}`", kind.single)) }
        });
    }

    /// Returns an object in DO's shape, if it exists.
    #[track_caller]
    #[must_use]
    pub fn get(&self, collection: &str, id: &str) -> Option<Value> {
        self.edit(|account, _| Ok(account.get(kind(collection)?, id).map(|object| Value::clone(object))))
    }

    /// Returns the objects of a list in DO's shape.
    #[track_caller]
    #[must_use]
    pub fn list(&self, collection: &str) -> Vec<Value> {
        self.edit(|account, _| Ok(account.objects(kind(collection)?).map(|object| Value::clone(object)).collect()))
    }

    /// Returns the number of objects in a list.
    #[track_caller]
    #[must_use]
    pub fn count(&self, collection: &str) -> usize {
        self.edit(|account, _| Ok(account.of(kind(collection)?).len()))
    }
}

fn kind(collection: &str) -> Result<&'static Kind, String> {
    kinds::named(collection).ok_or_else(|| format!("the simulator has no list `{collection}`"))
}
