//! Names of zones, of records and of hosts.

use serde::{Deserialize, Serialize};

/// A zone's name: in lower case, without a dot at the end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zone(String);

/// A record's name within its zone: in lower case, relative; `@` is the zone itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Name(String);

/// How the zone itself is written as a name.
pub(super) const APEX: &str = "@";

const PLAIN: &str = "expected labels of 1 to 63 letters, digits, '-' and '_', 253 in all; other letters as punycode";

impl Zone {
    /// The zone of this name, with or without a dot at the end.
    ///
    /// # Errors
    /// What is wrong with it, for people.
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

    /// It as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Name {
    /// The name meant by a relative name, a full one with or without a dot at the end, `@`, or nothing.
    ///
    /// A name that ends with the zone's is a full one: `www.example.com` never becomes `www.example.com.example.com`.
    ///
    /// # Errors
    /// What is wrong with it, for people.
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

    /// The name as DigitalOcean shows it.
    #[must_use]
    pub fn shown(text: &str) -> Self {
        let name = lower(text);
        Self(if name.is_empty() { APEX.to_owned() } else { name })
    }

    /// It as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the zone itself.
    #[must_use]
    pub fn is_apex(&self) -> bool {
        self.0 == APEX
    }

    /// The full name, without a dot at the end.
    #[must_use]
    pub fn full(&self, zone: &Zone) -> String {
        if self.is_apex() { zone.0.clone() } else { format!("{}.{}", self.0, zone.0) }
    }
}

/// The host meant by an input: a full name with or without a dot at the end, or `@` for the zone itself.
///
/// # Errors
/// What is wrong with it, for people. A single label without a dot is a relative name, which DigitalOcean refuses.
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

/// A host as DigitalOcean shows it, or as it was sent, in full and without a dot at the end. `.` alone, "no host", stays.
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

/// Whether a name consists of plain labels; the first of a record's may be `*`.
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
    fn every_way_to_write_a_name_means_one() {
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
    fn what_is_shown_is_relative_already() {
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
