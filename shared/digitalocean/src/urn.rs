//! Uniform resource names, `do:<kind>:<id>`.

use serde::{Deserialize, Serialize};

/// A URN as DigitalOcean sent it, such as `do:droplet:13457723` or `do:domain:example.com`.
///
/// Any text is accepted and kept unchanged, because DigitalOcean's own list of kinds is incomplete
/// and its spelling has varied (`floatingip`, `reservedip`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Urn(String);

impl Urn {
    /// Creates a URN from any text, without a check.
    #[must_use]
    pub fn new(urn: impl Into<String>) -> Self {
        Self(urn.into())
    }

    /// The URN as one text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// DigitalOcean's name of the kind (`droplet`, `domain`, `space`, …); `None` when the text is
    /// not a URN.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        self.parts().map(|(kind, _)| kind)
    }

    /// Id within the kind: a number, a UUID, a name or an address. Only the first two colons
    /// separate, since the id of a reserved IPv6 address contains colons. `None` when the text is
    /// not a URN.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.parts().map(|(_, id)| id)
    }

    fn parts(&self) -> Option<(&str, &str)> {
        let (kind, id) = self.0.strip_prefix("do:")?.split_once(':')?;
        (!kind.is_empty() && !id.is_empty()).then_some((kind, id))
    }
}

impl std::fmt::Display for Urn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Urn {
    fn from(urn: &str) -> Self {
        Self::new(urn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_two_colons_separate() {
        let urn = Urn::from("do:reservedipv6:2604:a880::1");
        assert_eq!((urn.kind(), urn.id()), (Some("reservedipv6"), Some("2604:a880::1")));
        let urn = Urn::from("do:something_new:42");
        assert_eq!((urn.kind(), urn.id()), (Some("something_new"), Some("42")));
    }

    #[test]
    fn a_text_that_is_not_a_urn_is_kept_unchanged() {
        for text in ["", "droplet:1", "do:droplet", "do::1", "do:droplet:", "aws:droplet:1"] {
            let urn = Urn::from(text);
            assert_eq!((urn.kind(), urn.id(), urn.as_str()), (None, None, text));
        }
    }
}
