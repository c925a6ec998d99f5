//! Error texts for people: an error and all of its sources on one line.

use std::error::Error;

/// Formats an error and its sources on one line, outermost first: `a: b: c`. A source is left out
/// if the text before it already ends with it.
#[must_use]
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let source_text = source.to_string();
        if !text.ends_with(&source_text) {
            text.push_str(": ");
            text.push_str(&source_text);
        }
        next = source.source();
    }
    text
}
