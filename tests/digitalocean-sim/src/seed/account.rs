//! One account of the initial state.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::ledger;
use crate::consistency::ConsistencySettings;
use crate::endpoints::droplets::Droplet;
use crate::endpoints::{kinds, projects};
use crate::limits::Limits;
use crate::model::account::Account;
use crate::model::kind::spec;
use crate::model::profile::Profile;
use crate::rules::RULES;
use crate::scopes::Token;

/// One account of a seed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub struct AccountSeed {
    profile: Profile,
    limits: Limits,
    consistency: ConsistencySettings,
    tokens: BTreeMap<String, Token>,
    objects: BTreeMap<&'static str, Vec<Value>>,
    unassigned: Vec<String>,
    billing: Option<Billing>,
}

/// Predefined invoices and billing history.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Billing {
    /// Billing of the demo account, from `seeds/billing`.
    Demo,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default)]
    profile: Profile,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    consistency: ConsistencySettings,
    #[serde(default)]
    tokens: BTreeMap<String, Token>,
    #[serde(default)]
    unassigned: Vec<String>,
    #[serde(default)]
    billing: Option<Billing>,
}

impl TryFrom<Map<String, Value>> for AccountSeed {
    type Error = String;

    /// Parses an account. The lists of objects are the kinds of the endpoint table, so a new family
    /// needs no change here.
    fn try_from(mut map: Map<String, Value>) -> Result<Self, String> {
        let mut objects = BTreeMap::new();
        for kind in kinds::all() {
            if let Some(list) = map.remove(kind.collection) {
                objects.insert(kind.collection, spec(list).map_err(|error| format!("{}: {error}", kind.collection))?);
            }
        }
        let fields: Fields = spec(Value::Object(map)).map_err(|error| {
            let lists: Vec<_> = kinds::all().map(|kind| format!("`{}`", kind.collection)).collect();
            error.replace("expected one of ", &format!("expected one of {}, ", lists.join(", ")))
        })?;
        Ok(Self {
            profile: fields.profile,
            limits: fields.limits,
            consistency: fields.consistency,
            tokens: fields.tokens,
            objects,
            unassigned: fields.unassigned,
            billing: fields.billing,
        })
    }
}

impl AccountSeed {
    /// An account with one token named `sync` that has full access, and the default project that
    /// every account has.
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self::default()
            .token("sync", Token::new(token))
            .object("projects", json!({ "name": "first-project", "purpose": "Web Application", "is_default": true }))
    }

    /// Adds a token under a name.
    #[must_use]
    pub fn token(mut self, name: &str, token: Token) -> Self {
        self.tokens.insert(name.to_owned(), token);
        self
    }

    /// Sets the rate limits of every token of the account.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the duration of actions, the delay of lists, and other behaviour that DO does not
    /// document.
    #[must_use]
    pub fn consistency(mut self, consistency: ConsistencySettings) -> Self {
        self.consistency = consistency;
        self
    }

    /// Adds an object in its JSON seed form to a list such as `droplets`.
    ///
    /// # Panics
    /// If the simulator serves no such list.
    #[must_use]
    pub fn object<S: Serialize>(mut self, collection: &str, object: S) -> Self {
        let Some(kind) = kinds::named(collection) else {
            panic!("the simulator has no list `{collection}`");
        };
        match serde_json::to_value(object) {
            Ok(object) => self.objects.entry(kind.collection).or_default().push(object),
            Err(error) => panic!("the object cannot be converted to JSON: {error}"),
        }
        self
    }

    /// Adds `count` droplets of one size, named `generated-1` and so on.
    #[must_use]
    pub fn generated_droplets(self, count: usize) -> Self {
        (1..=count).fold(self, |seed, n| seed.object("droplets", Droplet::generated(n, 0)))
    }

    pub(crate) fn build(&self, now: DateTime<Utc>) -> Result<Account, String> {
        let mut account = Account::new(self.profile.clone(), self.limits, self.consistency, &RULES);
        account.tokens.clone_from(&self.tokens);
        // Projects are built first, because all objects that no project names are assigned to the
        // default project. The other kinds follow in the order of the table, in which a kind comes
        // after the kinds that it refers to.
        let mut kinds: Vec<_> = kinds::all().collect();
        kinds.sort_by_key(|kind| !kind.is(&projects::KIND));
        for kind in kinds {
            for (index, object) in self.objects.get(kind.collection).into_iter().flatten().enumerate() {
                account
                    .add(kind, object.clone(), now)
                    .map_err(|error| format!("{}[{index}]: {error}", kind.collection))?;
            }
        }
        if let Some(Billing::Demo) = self.billing {
            for (kind, object) in ledger::billed().map_err(|error| format!("billing: {error}"))? {
                account.of(kind).put(&kind.id_of(object), Arc::clone(object));
            }
        }
        for urn in &self.unassigned {
            account.assignments.unassign(urn);
        }
        Ok(account)
    }
}
