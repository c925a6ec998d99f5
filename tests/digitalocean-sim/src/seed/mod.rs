//! The initial state, as JSON or as Rust values. An unknown field is an error that names the field.

mod account;
mod ledger;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use crate::latency::Latency;
use crate::model::account::Account;
use crate::model::kind::spec;

pub use account::AccountSeed;

/// The contents of the simulator when it starts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    #[serde(default)]
    pub(crate) accounts: BTreeMap<String, AccountSeed>,
    #[serde(default)]
    pub(crate) latency: Latency,
}

/// A seed that is not valid.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct SeedError(pub(crate) String);

impl Seed {
    /// The account `demo`: a small hosting company, with the tokens `sync` and `narrow`.
    #[must_use]
    pub fn demo() -> Self {
        // The file is part of the package and a test parses it. If it were invalid, the simulator
        // would be empty and that test would fail.
        Self::from_json(include_str!("../../seeds/demo.json")).unwrap_or_default()
    }

    /// A seed without any account.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Parses the JSON form (see the README).
    ///
    /// # Errors
    /// If the text is not JSON, has an unknown field, or describes an object that DO could not
    /// have.
    pub fn from_json(text: &str) -> Result<Self, SeedError> {
        let value: Value = serde_json::from_str(text).map_err(|error| SeedError(format!("not JSON: {error}")))?;
        Self::from_value(value)
    }

    /// Parses the JSON form from a value.
    ///
    /// # Errors
    /// See [`Seed::from_json`].
    pub fn from_value(value: Value) -> Result<Self, SeedError> {
        let seed: Self = spec(value).map_err(SeedError)?;
        // The seed is built once here, so that its objects are checked before the simulator serves
        // them.
        seed.accounts(DateTime::UNIX_EPOCH)?;
        Ok(seed)
    }

    /// Adds an account, or replaces the one with the same name.
    #[must_use]
    pub fn with_account(mut self, name: &str, account: AccountSeed) -> Self {
        self.accounts.insert(name.to_owned(), account);
        self
    }

    pub(crate) fn accounts(&self, now: DateTime<Utc>) -> Result<BTreeMap<String, Account>, SeedError> {
        let mut accounts = BTreeMap::new();
        for (name, seed) in &self.accounts {
            let account = seed.build(now).map_err(|error| SeedError(format!("accounts.{name}.{error}")))?;
            accounts.insert(name.clone(), account);
        }
        Ok(accounts)
    }
}
