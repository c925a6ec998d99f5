//! Tokens in free text: no text that is kept or shown may contain one.

/// The prefixes of DigitalOcean's tokens: personal, OAuth and refresh tokens.
const TOKEN_PREFIXES: [&str; 3] = ["dop_v1_", "doo_v1_", "dor_v1_"];

/// Returns whether a text contains a DigitalOcean token, in whatever case.
#[must_use]
pub fn contains_token(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    TOKEN_PREFIXES.iter().any(|prefix| text.contains(prefix))
}

/// Returns the text with `[token]` in place of every word that contains a token.
#[must_use]
pub fn without_tokens(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    words.map(|word| if contains_token(word) { "[token] " } else { word }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_with_a_token_is_replaced_in_whatever_case() {
        assert_eq!(without_tokens("no dop_v1_0f,\nDOR_V1_00 doo_v1_"), "no [token] [token] [token] ");
        assert_eq!(without_tokens("nothing here\n"), "nothing here\n");
    }
}
