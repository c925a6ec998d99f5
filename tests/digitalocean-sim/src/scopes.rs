//! Tokens and what they may do (OpenAPI: `security` of each operation).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A token of an account.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The bearer value. It never appears in the request log or in the state shown over HTTP.
    pub value: String,
    /// What it may do.
    #[serde(default)]
    pub scopes: Scopes,
    /// What happens where it may not.
    #[serde(default)]
    pub missing_scope: MissingScope,
    /// The status of a single object it may not see in mode `filtered`: 404 (the default) or 403.
    #[serde(default = "hidden_status")]
    pub hidden_status: u16,
}

fn hidden_status() -> u16 {
    404
}

impl Token {
    /// A token that may do everything.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            scopes: Scopes::All,
            missing_scope: MissingScope::Forbidden,
            hidden_status: hidden_status(),
        }
    }

    /// The same with these scopes alone.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = Scopes::Only(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// The same with filtered lists in place of 403.
    #[must_use]
    pub fn filtered(mut self) -> Self {
        self.missing_scope = MissingScope::Filtered;
        self
    }

    /// The same, answering 403 in place of 404 for a single object that `filtered` hides.
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

    /// Whether one of the alternatives is held as a whole.
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
    /// Full access.
    #[default]
    All,
    /// These alone.
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

/// What a token gets for an operation whose scope it lacks. DO has been seen to refuse (digitalocean/action-doctl#83); OpenAPI
/// describes lists that hold only what the token may see (`GET /v2/projects/{project_id}/resources`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingScope {
    /// 403.
    #[default]
    Forbidden,
    /// 200 and an empty list; a single object is hidden; a write is 403 all the same.
    Filtered,
}
