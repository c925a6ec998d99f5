//! Tokens and their scopes (OpenAPI: `security` of each operation).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A token of an account.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Value of the bearer token. Neither the request log nor the state shown over HTTP contains
    /// it.
    pub value: String,
    /// Scopes that the token has.
    #[serde(default)]
    pub scopes: Scopes,
    /// Behaviour for operations whose scope the token lacks.
    #[serde(default)]
    pub missing_scope: MissingScope,
    /// Status for a single object that the token may not read in mode `filtered`: 404 (the default)
    /// or 403.
    #[serde(default = "hidden_status")]
    pub hidden_status: u16,
}

fn hidden_status() -> u16 {
    404
}

impl Token {
    /// Creates a token with full access.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            scopes: Scopes::All,
            missing_scope: MissingScope::Forbidden,
            hidden_status: hidden_status(),
        }
    }

    /// Limits the token to these scopes.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Scopes::Only(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// Answers filtered lists instead of 403.
    #[must_use]
    pub fn filtered(mut self) -> Self {
        self.missing_scope = MissingScope::Filtered;
        self
    }

    /// Sets the status for a single object that mode `filtered` hides, such as 403 instead of 404.
    #[must_use]
    pub fn hidden_status(mut self, status: u16) -> Self {
        self.hidden_status = status;
        self
    }

    pub(crate) fn may(&self, scope: &str) -> bool {
        match &self.scopes {
            Scopes::All => true,
            Scopes::Only(only) => only.contains(scope),
        }
    }

    /// Returns whether the token has all scopes of at least one alternative.
    pub(crate) fn may_any(&self, alternatives: &[&[&str]]) -> bool {
        alternatives.iter().any(|all| all.iter().all(|scope| self.may(scope)))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("scopes", &self.scopes)
            .field("missing_scope", &self.missing_scope)
            .field("hidden_status", &self.hidden_status)
            .finish_non_exhaustive()
    }
}

/// The scopes of a token: `"all"`, or a list such as `["droplet:read"]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ScopesSpec", into = "ScopesSpec")]
pub enum Scopes {
    /// Full access to all operations.
    #[default]
    All,
    /// Only the scopes in the set.
    Only(BTreeSet<String>),
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged, expecting = "scopes are \"all\" or a list of scope names")]
enum ScopesSpec {
    All(AllScopes),
    Only(BTreeSet<String>),
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum AllScopes {
    All,
}

impl From<ScopesSpec> for Scopes {
    fn from(spec: ScopesSpec) -> Self {
        match spec {
            ScopesSpec::All(AllScopes::All) => Self::All,
            ScopesSpec::Only(only) => Self::Only(only),
        }
    }
}

impl From<Scopes> for ScopesSpec {
    fn from(scopes: Scopes) -> Self {
        match scopes {
            Scopes::All => Self::All(AllScopes::All),
            Scopes::Only(only) => Self::Only(only),
        }
    }
}

/// The answer to a token for an operation whose scope it lacks. DO was observed to refuse
/// (digitalocean/action-doctl#83). OpenAPI describes lists that contain only objects that the token
/// may read (`GET /v2/projects/{project_id}/resources`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingScope {
    /// Answers 403, whatever the operation.
    #[default]
    Forbidden,
    /// Answers 200 with an empty list, and hides single objects. A write is a 403 in this mode too.
    Filtered,
}
