//! Extracts names and addresses from a description.

use std::net::IpAddr;

/// Normalizes a name for comparison: case and the amount of space make no difference.
pub(super) fn normalised(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Returns the text before the last parenthesis: the name in `name (size)`,
/// `name (Weekly Backup Services)` or `name (region) 4.02GB Droplet Snapshot`. `None` if there is
/// no parenthesis.
pub(super) fn before_parenthesis(description: &str) -> Option<&str> {
    let (name, _) = description.rsplit_once(" (")?;
    Some(name.trim_end()).filter(|name| !name.is_empty())
}

/// Returns the possible names in a description: the whole text, and the text before the last
/// parenthesis.
pub(super) fn names_in(description: &str) -> impl Iterator<Item = &str> {
    std::iter::once(description.trim()).chain(before_parenthesis(description)).filter(|name| !name.is_empty())
}

/// Returns the IP address in a description such as `Unused Floating IP - 1.1.1.1`, in its canonical
/// form.
pub(super) fn ip_address_in(description: &str) -> Option<String> {
    let bare = |word: &str| word.trim_matches(['(', ')', ',', ';']).parse::<IpAddr>().ok();
    description.split_whitespace().find_map(bare).map(|address| address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_hold_names() {
        let cases: [(&str, &[&str]); 7] = [
            ("web-01 (s-1vcpu-1gb)", &["web-01 (s-1vcpu-1gb)", "web-01"]),
            ("web-01 (Weekly Backup Services)", &["web-01 (Weekly Backup Services)", "web-01"]),
            ("web (old) (s-1vcpu-1gb)", &["web (old) (s-1vcpu-1gb)", "web (old)"]),
            ("a-1 (ams3) 4.02GB Droplet Snapshot", &["a-1 (ams3) 4.02GB Droplet Snapshot", "a-1"]),
            (" shop-data ", &["shop-data"]),
            (" (s-1vcpu-1gb)", &["(s-1vcpu-1gb)"]),
            ("", &[]),
        ];
        for (description, names) in cases {
            assert_eq!(names_in(description).collect::<Vec<_>>(), names, "{description}");
        }
        assert_eq!(normalised("  Monitor-01.Platform   2025-12 "), "monitor-01.platform 2025-12");
    }

    #[test]
    fn descriptions_hold_addresses() {
        let cases = [
            ("Unused Floating IP - 1.1.1.1", Some("1.1.1.1")),
            ("Reserved IP (198.18.20.7) in fra1", Some("198.18.20.7")),
            ("2001:DB8:0:0::A1", Some("2001:db8::a1")),
            ("Unused Floating IP - 1.1.1", None),
            ("", None),
        ];
        for (description, expected) in cases {
            assert_eq!(ip_address_in(description).as_deref(), expected, "{description}");
        }
    }
}
