//! The mapping of DigitalOcean's URNs to kinds and ids.

use digitalocean::Urn;
use domain::{Kind, ProviderId};

use crate::kind::MirroredKind;
use crate::workers::mirrored_kinds;

/// DigitalOcean's names in URNs for kinds without a list of their own, where this project uses
/// another name.
const ALIASES: [(&str, Kind); 2] =
    [("space", Kind::from_static("spaces_bucket")), ("spaces", Kind::from_static("spaces_bucket"))];

/// Returns the kind and id of a URN. The kind is the mirrored one with this name or alias;
/// otherwise it is DigitalOcean's own name. `None` if the URN is not of the form `do:<kind>:<id>`.
#[must_use]
pub fn resolve(urn: &Urn) -> Option<(Kind, ProviderId)> {
    let (name, id) = (urn.kind()?, urn.id()?);
    let name = name.to_lowercase();
    let id = ProviderId::new(id).ok()?;
    let mirrored = mirrored_kinds().find(|kind| kind.urn_names.contains(&name.as_str())).map(MirroredKind::kind);
    let alias = || ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, kind)| kind.clone());
    Some((mirrored.or_else(alias).or_else(|| own_name(&name))?, id))
}

/// Returns DigitalOcean's own name as a kind, with every other character replaced by `_`.
fn own_name(name: &str) -> Option<Kind> {
    let plain = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '_' };
    Kind::new(name.chars().map(plain).take(48).collect::<String>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urns_map_to_mirrored_kinds_and_unknown_ones_keep_their_name() {
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
    fn no_urn_name_belongs_to_two_kinds() {
        let mut names: Vec<&str> = mirrored_kinds().flat_map(|kind| kind.urn_names).copied().collect();
        names.extend(ALIASES.iter().map(|(name, _)| *name));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
