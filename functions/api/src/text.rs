//! What free text may look like.

/// What DigitalOcean's tokens begin with: personal, OAuth, refresh.
const TOKEN_PREFIXES: [&str; 3] = ["dop_v1_", "doo_v1_", "dor_v1_"];

/// Whether a text has a DigitalOcean token in it. Such a text is refused wherever it appears: the table is no place for it.
#[must_use]
pub fn holds_token(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    TOKEN_PREFIXES.iter().any(|prefix| text.contains(prefix))
}

/// What is wrong with a short text that people read, if anything.
#[must_use]
pub fn wrong_with_label(text: &str, longest: usize) -> Option<&'static str> {
    if holds_token(text) {
        return Some(TOKEN_REFUSED);
    }
    let fits = !text.trim().is_empty() && text.chars().count() <= longest && !text.chars().any(char::is_control);
    (!fits).then_some(match longest {
        100 => "expected 1 to 100 characters, no control characters",
        _ => "expected 1 to 200 characters, no control characters",
    })
}

/// What is said of a token where none belongs.
pub const TOKEN_REFUSED: &str =
    "looks like a DigitalOcean token; keep it in Secrets Manager and send only the secret's name";

/// What is wrong with a reference to a secret, if anything: it must be a name in Secrets Manager below the deployment's prefix.
#[must_use]
pub fn wrong_with_secret(reference: &str, prefix: &str) -> Option<&'static str> {
    if holds_token(reference) {
        return Some(TOKEN_REFUSED);
    }
    let below = reference.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/'));
    let is_segment = |segment: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        !segment.is_empty() && segment.bytes().all(plain)
    };
    let fits = reference.len() <= 256 && below.is_some_and(|below| below.split('/').all(is_segment));
    (!fits).then_some("expected the name of a secret below this deployment's prefix, <prefix>/<account>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_a_plain_name_below_the_prefix() {
        for good in ["arcadia/dev/do/main", "arcadia/dev/do/main/team-2", "arcadia/dev/do/A.b_c"] {
            assert_eq!(wrong_with_secret(good, "arcadia/dev/do"), None, "{good}");
        }
        let bad = [
            "",
            "arcadia/dev/do",
            "arcadia/dev/do/",
            "arcadia/dev/do//a",
            "arcadia/dev/do/a/",
            "arcadia/prod/do/a",
            "arcadia/dev/doo/a",
            "arcadia/dev/do/a b",
            "arcadia/dev/do/a?x",
            "arcadia/dev/do/é",
        ];
        for bad in bad {
            assert!(wrong_with_secret(bad, "arcadia/dev/do").is_some(), "{bad}");
        }
        assert_eq!(wrong_with_secret("arcadia/dev/do/dop_v1_00", "arcadia/dev/do"), Some(TOKEN_REFUSED));
        assert_eq!(wrong_with_secret("DOR_V1_00", "arcadia/dev/do"), Some(TOKEN_REFUSED));
    }
}
