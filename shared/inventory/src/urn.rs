//! What a URN speaks of, in our kinds.

use digitalocean::Urn;
use domain::{Kind, ProviderId};

use crate::kinds::MirroredKind;
use crate::workers::mirrored_kinds;

/// DigitalOcean's names in URNs of kinds that have no list, where ours is another.
const ALIASES: [(&str, Kind); 2] =
    [("space", Kind::from_static("spaces_bucket")), ("spaces", Kind::from_static("spaces_bucket"))];

/// The kind and id that a URN of DigitalOcean's speaks of: ours where its kind has an alias, else its own kind's name, whatever that is.
/// `None` for what is not of the form `do:<kind>:<id>`.
#[must_use]
pub fn resolve(urn: &Urn) -> Option<(Kind, ProviderId)> {
    let (name, id) = (urn.kind()?, urn.id()?);
    let name = name.to_lowercase();
    let id = ProviderId::new(id).ok()?;
    let mirrored = mirrored_kinds().find(|kind| kind.urn_kinds().contains(&name.as_str())).map(MirroredKind::kind);
    let alias = || ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, kind)| kind.clone());
    Some((mirrored.or_else(alias).or_else(|| own_name(&name))?, id))
}

/// A kind under DigitalOcean's own name, in the characters of ours.
fn own_name(name: &str) -> Option<Kind> {
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '_' };
    Kind::new(name.chars().map(plain).take(48).collect::<String>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urns_resolve_to_our_kinds_and_unknown_ones_to_themselves() {
        let cases = [
            ("do:droplet:3164444", Some(("droplet", "3164444"))),
            ("do:domain:example.com", Some(("dns_zone", "example.com"))),
            ("do:space:media", Some(("spaces_bucket", "media"))),
            ("do:floatingip:192.0.2.1", Some(("floating_ip", "192.0.2.1"))),
            ("do:reservedip:192.0.2.1", Some(("floating_ip", "192.0.2.1"))),
            ("do:reservedipv6:2a03:b0c0::1", Some(("reserved_ipv6", "2a03:b0c0::1"))),
            ("do:floatingipv6:2a03:b0c0::1", Some(("reserved_ipv6", "2a03:b0c0::1"))),
            ("do:loadbalancer:4de7", Some(("load_balancer", "4de7"))),
            ("do:dbaas:9cc1", Some(("managed_db", "9cc1"))),
            ("do:kubernetes:bd5f", Some(("k8s_cluster", "bd5f"))),
            ("do:volume:506f", Some(("volume", "506f"))),
            ("do:volumesnapshot:8fa7", Some(("snapshot", "8fa7"))),
            ("do:image:6372321", Some(("snapshot", "6372321"))),
            ("do:app:4f6c", Some(("app", "4f6c"))),
            ("do:vpc:5a4981aa", Some(("vpc", "5a4981aa"))),
            ("do:microdroplet:x", Some(("microdroplet", "x"))),
            ("do:compute-fleet:x", Some(("compute_fleet", "x"))),
            ("do:droplet", None),
            ("nonsense", None),
        ];
        for (text, expected) in cases {
            let resolved = resolve(&Urn::new(text));
            let shown = resolved.as_ref().map(|(kind, id)| (kind.as_str(), id.as_str()));
            assert_eq!(shown, expected, "{text}");
        }
    }

    #[test]
    fn no_two_kinds_claim_one_name() {
        let mut names: Vec<&str> = mirrored_kinds().flat_map(MirroredKind::urn_kinds).copied().collect();
        names.extend(ALIASES.iter().map(|(name, _)| *name));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
