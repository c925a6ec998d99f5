//! The types of records that steps can make.

use serde::{Deserialize, Serialize};

/// A type of record. SOA is not among them: nobody can make or delete one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    /// An IPv4 address.
    A,
    /// An IPv6 address.
    Aaaa,
    /// Who may issue certificates.
    Caa,
    /// Another name of a host.
    Cname,
    /// Who takes mail.
    Mx,
    /// Name servers.
    Ns,
    /// Where a service is.
    Srv,
    /// A text.
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
    /// The names of all types, in order.
    pub const NAMES: &'static [&'static str] = &["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SRV", "TXT"];

    /// The type of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|record_type| record_type.as_str() == name)
    }

    /// Its name.
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

    /// Whether its data is the name of a host.
    #[must_use]
    pub fn names_a_host(self) -> bool {
        matches!(self, Self::Cname | Self::Mx | Self::Ns | Self::Srv)
    }

    /// Whether it has a priority.
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
