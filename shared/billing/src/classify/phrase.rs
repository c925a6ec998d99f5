//! Phrases in the names and descriptions that DigitalOcean gives.

/// Returns the words of a text in lower case, with a space around each.
pub(super) fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 2);
    words.push(' ');
    for letter in text.chars().flat_map(char::to_lowercase) {
        if letter.is_alphanumeric() {
            words.push(letter);
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

/// Returns whether the [`words`] contain the phrase as whole words, the last one in singular or
/// plural.
pub(super) fn contains(words: &str, phrase: &str) -> bool {
    words.match_indices(' ').any(|(at, _)| {
        let after = words[at + 1..].strip_prefix(phrase);
        after.is_some_and(|after| after.starts_with(' ') || after.starts_with("s "))
    })
}

/// Returns the text in the parenthesis at the end of a description, or an empty text if there is no
/// parenthesis.
pub(super) fn trailing_parenthesis(description: &str) -> &str {
    let inner = description.trim_end().strip_suffix(')').and_then(|text| text.rsplit_once('('));
    inner.map_or("", |(_, inner)| inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_matches_whole_words_only() {
        let cases = [
            ("Droplet Snapshots", "droplet snapshot", true),
            ("DROPLET-SNAPSHOT", "droplet snapshot", true),
            ("Droplet  Snapshots (fra1)", "snapshot", true),
            ("Droplets", "droplet snapshot", false),
            ("Longstone", "gst", false),
            ("GST (9.00%)", "gst", true),
            ("Snapshotting", "snapshot", false),
            ("Microdroplets", "droplet", false),
            ("", "droplet", false),
        ];
        for (text, phrase, expected) in cases {
            assert_eq!(contains(&words(text), phrase), expected, "{text}: {phrase}");
        }
    }

    #[test]
    fn the_parenthesis_at_the_end_is_not_the_name() {
        let cases = [
            ("web-01 (Weekly Backup Services)", "Weekly Backup Services"),
            ("web (old) (s-1vcpu-1gb) ", "s-1vcpu-1gb"),
            ("web-01 (ams3) 4.02GB Droplet Snapshot", ""),
            ("backup services", ""),
            (")", ""),
        ];
        for (description, expected) in cases {
            assert_eq!(trailing_parenthesis(description), expected, "{description}");
        }
    }
}
