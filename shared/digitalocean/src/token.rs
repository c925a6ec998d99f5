//! The bearer token: a secret that cannot be printed.

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::Error;

/// Replacement for the token in a text.
const REDACTED: &str = "[token]";

/// A DigitalOcean API token (`dop_v1_…` personal, `doo_v1_…` OAuth).
///
/// `Debug` is redacted, there is no `Display` and no `Serialize`, and the memory is cleared on
/// drop.
#[derive(Clone, Debug)]
pub struct Token(SecretString);

impl Token {
    /// Creates a token. White space around it is removed, such as the newline at the end of a
    /// secret's file.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] when the text is empty or has a character that is not visible ASCII.
    pub fn new(token: impl Into<String>) -> Result<Self, Error> {
        let token = SecretString::from(token.into());
        let text = token.expose_secret().trim();
        if text.is_empty() {
            return Err(Error::InvalidToken { reason: "it is empty" });
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::InvalidToken { reason: "it contains a character that is not visible ASCII" });
        }
        Ok(Self(SecretString::from(text)))
    }

    /// Returns the header value `Bearer …`, marked sensitive so that it is neither printed by
    /// `Debug` nor kept in an HTTP/2 header table.
    pub(crate) fn authorization(&self) -> Result<HeaderValue, Error> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.0.expose_secret()))
            .map_err(|_| Error::InvalidToken { reason: "it is not a valid header value" })?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Removes the token from a response, so that an echo of it cannot reach an error or a log.
    pub(crate) fn redact_bytes(&self, text: Vec<u8>) -> Vec<u8> {
        let secret = self.0.expose_secret().as_bytes();
        if !text.windows(secret.len()).any(|window| window == secret) {
            return text;
        }
        self.redact(&String::from_utf8_lossy(&text)).into_bytes()
    }

    /// Removes the token from a text.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(self.0.expose_secret(), REDACTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_is_redacted_and_white_space_is_dropped() {
        let token = Token::new(" dop_v1_secret\n").unwrap();
        assert!(!format!("{token:?}").contains("secret"));
        let header = token.authorization().unwrap();
        assert_eq!(header.to_str().unwrap(), "Bearer dop_v1_secret");
        assert!(!format!("{header:?}").contains("secret"));
    }

    #[test]
    fn a_text_that_cannot_be_a_token_is_refused() {
        for text in ["", " \n", "two words", "line\nbreak", "tökén"] {
            let error = Token::new(text).unwrap_err();
            assert!(matches!(error, Error::InvalidToken { .. }), "{text:?}: {error}");
        }
    }

    #[test]
    fn an_echo_of_the_token_is_removed() {
        let token = Token::new("dop_v1_secret").unwrap();
        assert_eq!(token.redact_bytes(b"you sent dop_v1_secret!".to_vec()), b"you sent [token]!");
        assert_eq!(token.redact_bytes(b"nothing".to_vec()), b"nothing");
    }
}
