//! Ids. Each is a type of its own, so that an account id can never be passed where a tenant id
//! belongs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The reason why a text is not a valid id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {rule}")]
pub struct InvalidId {
    /// The name of the id, such as `account`.
    pub what: &'static str,
    /// The rule that the text breaks.
    pub rule: &'static str,
}

const SLUG: &str = "1 to 32 characters of a-z, 0-9 and '-'";
const OPAQUE: &str = "1 to 255 printable characters without spaces";

/// Returns whether a text is a slug, `[a-z0-9-]{1,32}`, as ids of accounts and names of workers
/// are.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_opaque(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.chars().all(|c| !c.is_whitespace() && !c.is_control())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $valid:ident, $rule:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses an id. The error names the rule that the text breaks.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                if $valid(&text) { Ok(Self(text)) } else { Err(InvalidId { what: $what, rule: $rule }) }
            }

            /// Returns the id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

id!(
    /// The id of a mirrored DigitalOcean account (team): a slug chosen at registration.
    AccountId, "account", is_slug, SLUG
);
id!(
    /// The id of a tenant, which is a customer of the hosting company: a slug, as in the claim
    /// `custom:tenant_id`.
    TenantId, "tenant_id", is_slug, SLUG
);
id!(
    /// The id of a DigitalOcean Project (a UUID in DigitalOcean's API, opaque here).
    ProjectId, "project_id", is_opaque, OPAQUE
);
id!(
    /// The id by which DigitalOcean identifies a resource within its kind: a droplet's number as
    /// text, a zone's name, an IP address, a UUID.
    ProviderId, "provider_id", is_opaque, OPAQUE
);
id!(
    /// The id of one run of a worker, from the schedule or the request that started it to the
    /// receipts of its sweeps.
    RunId, "run_id", is_opaque, OPAQUE
);
id!(
    /// DigitalOcean's id of an invoice (a UUID in DigitalOcean's API, opaque here).
    InvoiceUuid, "invoice_uuid", is_opaque, OPAQUE
);

impl ProviderId {
    /// Creates an id from a constant, which must be a valid id: it is not checked.
    #[must_use]
    pub fn from_static(id: &'static str) -> Self {
        Self(id.to_owned())
    }
}

impl From<&ProjectId> for ProviderId {
    /// Returns a project's id as that of something mirrored; both follow the same rule.
    fn from(id: &ProjectId) -> Self {
        Self(id.0.clone())
    }
}

impl From<&ProviderId> for ProjectId {
    /// Returns the id as that of a project; both follow the same rule.
    fn from(id: &ProviderId) -> Self {
        Self(id.0.clone())
    }
}

impl RunId {
    /// Creates the id of a new run: a random UUID.
    #[must_use]
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for good in ["a", "main", "droplets-fast", "0", &"a".repeat(32)] {
            assert!(is_slug(good), "{good}");
        }
        for bad in ["", "A", "a_b", "a/b", "a#b", "é", "*", &"a".repeat(33)] {
            assert!(!is_slug(bad), "{bad}");
        }
    }

    #[test]
    fn slugs_are_short_and_plain() {
        for good in ["a", "demo", "acme-2", &"x".repeat(32)] {
            assert!(AccountId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "Demo", "a_b", "a#b", "*", "é", &"x".repeat(33)] {
            assert!(AccountId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn provider_ids_keep_colons_and_dots_but_no_spaces() {
        for good in ["206179956", "example.com", "2a03:b0c0::1", "f0f5c2f1-0000-4000-8000-000000000000"] {
            assert_eq!(ProviderId::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "a\nb", &"x".repeat(256)] {
            assert!(ProviderId::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_bad_id_does_not_deserialise() {
        let error = serde_json::from_str::<TenantId>("\"Not A Slug\"").unwrap_err();
        assert!(error.to_string().contains("tenant_id must be 1 to 32 characters"), "{error}");
    }
}
