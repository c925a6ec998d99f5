//! Builds messages for the dead-letter queue.

use crate::OutgoingMessage;

/// The maximum length of an attribute value, in bytes. Attributes count towards SQS's message size,
/// and an operator has to read the reason.
const MAX_ATTRIBUTE_BYTES: usize = 512;

/// Builds a dead letter: the body unchanged, so that it can be moved back to its queue, and the
/// reason in attributes.
pub(super) fn dead_letter(body: Option<&str>, reason: &str, worker: &str, request_id: &str) -> OutgoingMessage {
    // SQS does not accept an empty body.
    let body = body.filter(|body| !body.is_empty()).unwrap_or("(empty)");
    let attributes = [("reason", reason), ("worker", worker), ("request_id", request_id)]
        .map(|(name, value)| (name.to_owned(), sanitise(value)))
        .to_vec();
    OutgoingMessage { attributes, ..OutgoingMessage::new(body) }
}

/// Converts a text to one line of limited length, in the characters that SQS accepts in an
/// attribute; the result is never empty.
///
/// See `MessageBody` in
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>.
pub(super) fn sanitise(text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(MAX_ATTRIBUTE_BYTES));
    for character in text.chars() {
        let character = match character {
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            control if control.is_control() => ' ',
            other => other,
        };
        if clean.len() + character.len_utf8() > MAX_ATTRIBUTE_BYTES {
            break;
        }
        clean.push(character);
    }
    let trimmed = clean.trim();
    if trimmed.is_empty() { "unknown".to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_one_bounded_line_and_never_empty() {
        assert_eq!(sanitise("a\r\nb\u{0}c\u{ffff}"), "a  b c\u{fffd}");
        assert_eq!(sanitise(" \n"), "unknown");
        let long = sanitise(&"é".repeat(1_000));
        assert_eq!(long.len(), MAX_ATTRIBUTE_BYTES);
        let odd = sanitise(&format!("a{}", "é".repeat(1_000)));
        assert_eq!(odd.len(), MAX_ATTRIBUTE_BYTES - 1);
    }

    #[test]
    fn an_absent_body_is_replaced_because_sqs_accepts_no_empty_one() {
        assert_eq!(dead_letter(None, "r", "w", "q").body, "(empty)");
        assert_eq!(dead_letter(Some(""), "r", "w", "q").body, "(empty)");
        assert_eq!(dead_letter(Some("{"), "r", "w", "q").body, "{");
    }
}
