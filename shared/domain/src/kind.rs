//! The kind of a resource.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::InvalidId;

/// The kind of a resource: DigitalOcean's term in snake case, singular, such as `droplet` or
/// `dns_zone`.
///
/// The set is open: a kind that occurs only in URNs is kept under the name that it has there. The
/// kinds that a worker lists are one table in the `inventory` crate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Kind(Cow<'static, str>);

impl Kind {
    /// Creates a kind from a constant, which is not checked.
    #[must_use]
    pub const fn from_static(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Parses the name of a kind. The error names the rule that the name breaks.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidId> {
        let name = name.into();
        let valid = (1..=48).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if valid {
            Ok(Self(Cow::Owned(name)))
        } else {
            Err(InvalidId { what: "kind", rule: "1 to 48 characters of a-z, 0-9 and '_'" })
        }
    }

    /// Returns the name of the kind.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Kind {
    type Error = InvalidId;
    fn try_from(name: String) -> Result<Self, InvalidId> {
        Self::new(name)
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> String {
        kind.0.into_owned()
    }
}
