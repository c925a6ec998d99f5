//! Rules for free text in requests.

use domain::{contains_token, is_slug};

/// Checks a short text that people read, such as a name or a reason, and returns what is wrong with
/// it.
#[must_use]
pub fn label_error(text: &str, longest: usize) -> Option<&'static str> {
    if contains_token(text) {
        return Some(TOKEN_REFUSED);
    }
    let fits = !text.trim().is_empty() && text.chars().count() <= longest && !text.chars().any(char::is_control);
    (!fits).then_some(match longest {
        100 => "expected 1 to 100 characters, no control characters",
        _ => "expected 1 to 200 characters, no control characters",
    })
}

/// The detail of a validation error for a field that contains a token.
pub const TOKEN_REFUSED: &str =
    "looks like a DigitalOcean token; keep it in Secrets Manager and send only the secret's name";

/// Checks the base name of an account's secrets and returns what is wrong with it. The base must be
/// one slug below the deployment's prefix, as [`runtime::Secrets`] requires.
#[must_use]
pub fn secret_name_error(base: &str, prefix: &str) -> Option<&'static str> {
    if contains_token(base) {
        return Some(TOKEN_REFUSED);
    }
    let fits = base.strip_prefix(prefix).and_then(|after| after.strip_prefix('/')).is_some_and(is_slug);
    (!fits).then_some("expected the deployment's prefix, '/', and 1 to 32 characters of a-z, 0-9 and '-'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_base_name_is_one_slug_below_the_prefix() {
        for good in ["arcadia/dev/do/main", "arcadia/dev/do/team-2"] {
            assert_eq!(secret_name_error(good, "arcadia/dev/do"), None, "{good}");
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
            "arcadia/dev/do/main/sync",
            "arcadia/dev/do/A",
            "arcadia/dev/do/a.b_c",
            "arcadia/dev/do/..",
            "arcadia/dev/do/a?x",
            "arcadia/dev/do/é",
        ];
        for bad in bad {
            assert!(secret_name_error(bad, "arcadia/dev/do").is_some(), "{bad}");
        }
        assert_eq!(secret_name_error("arcadia/dev/do/dop_v1_00", "arcadia/dev/do"), Some(TOKEN_REFUSED));
        assert_eq!(secret_name_error("DOR_V1_00", "arcadia/dev/do"), Some(TOKEN_REFUSED));
    }
}
