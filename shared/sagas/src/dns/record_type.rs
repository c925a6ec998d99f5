//! The types of records that steps can create.

use serde::{Deserialize, Serialize};

/// A type of record. SOA is missing, as no client can create or delete a record of that type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    /// The IPv4 address of a host.
    A,
    /// The IPv6 address of a host.
    Aaaa,
    /// The authorities that may issue certificates.
    Caa,
    /// The canonical name of a host.
    Cname,
    /// The host that receives mail.
    Mx,
    /// The name server of a zone.
    Ns,
    /// The host and port of a service.
    Srv,
    /// A text of any meaning.
    Txt,
}

const ALL: [RecordType; 8] = [
    RecordType::A,
    RecordType::Aaaa,
    RecordType::Caa,
    RecordType::Cname,
    RecordType::Mx,
    RecordType::Ns,
    RecordType::Srv,
    RecordType::Txt,
];

impl RecordType {
    /// The names of all types, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"];

    /// Returns the type of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|record_type| record_type.as_str() == name)
    }

    /// Returns the name in upper case, such as `AAAA`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Caa => "CAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Srv => "SRV",
            Self::Txt => "TXT",
        }
    }

    /// Returns whether the data of such a record is the name of a host.
    #[must_use]
    pub fn names_a_host(self) -> bool {
        matches!(self, Self::Cname | Self::Mx | Self::Ns | Self::Srv)
    }

    /// Returns whether such a record has a priority.
    #[must_use]
    pub fn has_priority(self) -> bool {
        matches!(self, Self::Mx | Self::Srv)
    }
}

impl std::fmt::Display for RecordType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_their_names_are_in_the_same_order() {
        assert_eq!(ALL.map(RecordType::as_str), RecordType::NAMES);
        assert!(
            RecordType::NAMES
                .iter()
                .all(|name| RecordType::named(name).is_some_and(|found| found.to_string() == **name))
        );
        assert_eq!(RecordType::named("SOA"), None);
    }
}
