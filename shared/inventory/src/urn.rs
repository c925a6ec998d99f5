//! What a URN speaks of, in our kinds.

use digitalocean::Urn;
use domain::{Kind, ProviderId};

use crate::workers::{Mirrors, WORKERS};

/// The kind and id that a URN of DigitalOcean's speaks of: its own kind's name, or ours where it has an alias. `None` for what is not
/// of the form `do:<kind>:<id>`.
#[must_use]
pub fn resolve(urn: &Urn) -> Option<(Kind, ProviderId)> {
    let (name, id) = (urn.kind()?, urn.id()?);
    let id = ProviderId::new(id).ok()?;
    let alias = WORKERS.iter().find_map(|worker| match worker.mirrors {
        Mirrors::Kind(kind) if kind.urn_kinds().contains(&name) => Some(kind.kind()),
        _ => None,
    });
    Some((alias.or_else(|| Kind::new(name.to_lowercase()).ok())?, id))
}

/// Whether a worker lists this kind: its rows are that worker's to make.
#[must_use]
pub fn is_mirrored(kind: &Kind) -> bool {
    WORKERS.iter().any(|worker| matches!(worker.mirrors, Mirrors::Kind(mirrored) if mirrored.kind() == *kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urns_resolve_to_our_kinds_and_unknown_ones_to_themselves() {
        let cases = [
            ("do:droplet:3164444", Some(("droplet", "3164444"))),
            ("do:domain:example.com", Some(("dns_zone", "example.com"))),
            ("do:microdroplet:x", Some(("microdroplet", "x"))),
            ("do:reservedipv6:2a03:b0c0::1", Some(("reservedipv6", "2a03:b0c0::1"))),
            ("do:droplet", None),
            ("nonsense", None),
        ];
        for (text, expected) in cases {
            let resolved = resolve(&Urn::new(text));
            let shown = resolved.as_ref().map(|(kind, id)| (kind.as_str(), id.as_str()));
            assert_eq!(shown, expected, "{text}");
        }
    }
}
