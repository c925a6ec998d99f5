//! The kind of cost that a line is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{InvalidId, Kind};

/// The prefix for a product that no rule matches.
const OTHER: &str = "other:";

/// The kind of a cost line: a kind of resource (`droplet`), a cost without a resource (`tax`,
/// `bandwidth`), or `other:<product>` if no rule matches the product.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum CostKind {
    /// A kind that a rule assigns.
    Known(Kind),
    /// A product that no rule matches, under DigitalOcean's name.
    Other(String),
}

impl CostKind {
    /// Parses a kind, in the form that [`fmt::Display`] writes.
    pub fn new(text: &str) -> Result<Self, InvalidId> {
        match text.strip_prefix(OTHER) {
            Some(product) => Ok(Self::Other(product.to_owned())),
            None => Kind::new(text).map(Self::Known),
        }
    }
}

impl fmt::Display for CostKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(kind) => kind.fmt(f),
            Self::Other(product) => write!(f, "{OTHER}{product}"),
        }
    }
}

impl TryFrom<String> for CostKind {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::new(&text)
    }
}

impl From<CostKind> for String {
    fn from(kind: CostKind) -> String {
        kind.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_kind_is_a_kind_or_a_product() {
        for text in ["droplet", "spaces_subscription", "other:Quantum Droplets", "other:"] {
            let kind = CostKind::new(text).unwrap();
            assert_eq!(kind.to_string(), text);
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{text}\""));
        }
        assert!(CostKind::new("Quantum Droplets").is_err());
        assert!(CostKind::new("").is_err());
    }
}
