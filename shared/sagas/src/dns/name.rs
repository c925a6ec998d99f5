//! Names of zones, of records and of hosts.

use serde::{Deserialize, Serialize};

/// The name of a zone, in lower case and without a final dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zone(String);

/// The name of a record relative to its zone, in lower case; `@` is the zone itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(String);

/// The name that stands for the zone itself.
pub(super) const APEX: &str = "@";

const PLAIN: &str = "expected labels of 1 to 63 letters, digits, '-' and '_', 253 in all; other letters as punycode";

impl Zone {
    /// Returns the zone of this name, given with or without a final dot.
    ///
    /// # Errors
    /// The reason why the name is invalid, for the caller of the API.
    pub fn of_input(text: &str) -> Result<Self, &'static str> {
        let name = lower(text);
        if !name.contains('.') {
            return Err("expected a zone such as example.com");
        }
        if !is_plain(&name, false) {
            return Err(PLAIN);
        }
        Ok(Self(name))
    }

    /// Returns the zone's name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Name {
    /// Returns the normal form of a name, given relative to the zone, in full with or without a
    /// final dot, as `@`, or empty.
    ///
    /// A name that ends with the zone's name is a full one: `www.example.com` never becomes
    /// `www.example.com.example.com`.
    ///
    /// # Errors
    /// The reason why the name is invalid, for the caller of the API.
    pub fn of_input(text: &str, zone: &Zone) -> Result<Self, &'static str> {
        let name = lower(text);
        if name.is_empty() || name == APEX {
            return Ok(Self(APEX.to_owned()));
        }
        let within = name.strip_suffix(zone.as_str());
        let relative = match within {
            Some("") => APEX,
            Some(rest) if rest.ends_with('.') => &rest[..rest.len() - 1],
            _ if text.ends_with('.') => return Err("is not in this zone"),
            _ => &name,
        };
        if relative != APEX && !is_plain(relative, true) {
            return Err(PLAIN);
        }
        if relative.len() + 1 + zone.as_str().len() > 253 {
            return Err(PLAIN);
        }
        Ok(Self(relative.to_owned()))
    }

    /// Returns the normal form of a name that DigitalOcean shows.
    #[must_use]
    pub fn shown(text: &str) -> Self {
        let name = lower(text);
        Self(if name.is_empty() { APEX.to_owned() } else { name })
    }

    /// Returns the relative name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the name is the zone itself.
    #[must_use]
    pub fn is_apex(&self) -> bool {
        self.0 == APEX
    }

    /// Returns the full name, without a final dot.
    #[must_use]
    pub fn full(&self, zone: &Zone) -> String {
        if self.is_apex() { zone.0.clone() } else { format!("{}.{}", self.0, zone.0) }
    }
}

/// Returns the normal form of a host, given in full with or without a final dot, or as `@` for the
/// zone itself.
///
/// # Errors
/// The reason why the host is invalid, for the caller of the API. A single label without a dot is a
/// relative name, which DigitalOcean refuses.
pub fn host_of_input(text: &str, zone: &Zone) -> Result<String, &'static str> {
    let name = lower(text);
    if name == APEX {
        return Ok(zone.0.clone());
    }
    if name.is_empty() {
        return Err("expected the full name of a host");
    }
    if !name.contains('.') && !text.ends_with('.') {
        return Err("expected a full name such as www.example.com, not a relative one");
    }
    if is_plain(&name, false) { Ok(name) } else { Err(PLAIN) }
}

/// Returns the normal form of a host that DigitalOcean shows, or that was sent: in full and without
/// a final dot. `.` alone, "no host", stays.
#[must_use]
pub fn host_shown(text: &str, zone: &str) -> String {
    match text {
        APEX => zone.to_owned(),
        "." => ".".to_owned(),
        _ => lower(text),
    }
}

fn lower(text: &str) -> String {
    text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase()
}

/// Returns whether a name consists of plain labels; the first label of a record's name may be `*`.
fn is_plain(name: &str, wildcard: bool) -> bool {
    let labels = name.split('.').enumerate();
    name.len() <= 253
        && labels.into_iter().all(|(index, label)| {
            let plain = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
            (1..=63).contains(&label.len()) && (plain || (wildcard && index == 0 && label == "*"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_name_have_one_normal_form() {
        let zone = Zone::of_input("Example.COM.").unwrap();
        for (written, name, full) in [
            ("", "@", "example.com"),
            ("@", "@", "example.com"),
            ("example.com", "@", "example.com"),
            ("example.com.", "@", "example.com"),
            ("WWW", "www", "www.example.com"),
            ("www.example.com", "www", "www.example.com"),
            ("www.example.com.", "www", "www.example.com"),
            ("*", "*", "*.example.com"),
            ("*.sub", "*.sub", "*.sub.example.com"),
            ("_acme-challenge.www", "_acme-challenge.www", "_acme-challenge.www.example.com"),
            ("myexample.com", "myexample.com", "myexample.com.example.com"),
        ] {
            let found = Name::of_input(written, &zone).unwrap();
            assert_eq!((found.as_str(), found.full(&zone).as_str()), (name, full), "{written:?}");
        }
        for bad in ["a b", "a..b", "sub.*", "é", "www.other.org.", &"x".repeat(64)] {
            assert!(Name::of_input(bad, &zone).is_err(), "{bad:?}");
        }
        for bad in ["", "com", "exa mple.com", ".com"] {
            assert!(Zone::of_input(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_shown_name_is_relative_already() {
        assert_eq!(Name::shown("www.example.com").as_str(), "www.example.com");
        assert_eq!(Name::shown("").as_str(), "@");
    }

    #[test]
    fn hosts_are_full_names() {
        let zone = Zone::of_input("example.com").unwrap();
        for (written, host) in [
            ("mail.example.com", "mail.example.com"),
            ("Mail.Example.com.", "mail.example.com"),
            ("@", "example.com"),
            ("localhost.", "localhost"),
        ] {
            assert_eq!(host_of_input(written, &zone).unwrap(), host);
        }
        for bad in ["mail", "", ".", "a b.c", "*.example.com"] {
            assert!(host_of_input(bad, &zone).is_err(), "{bad:?}");
        }
        assert_eq!(host_shown("@", "example.com"), "example.com");
        assert_eq!(host_shown(".", "example.com"), ".");
    }
}
