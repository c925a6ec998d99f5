//! Cursors of lists: encrypted with a key of the deployment, and bound to the list, its filters and
//! the caller's scope.
//!
//! A position is the key of the last item that was read, and a tenant's list reads past items that
//! belong to other tenants. The cursor is therefore encrypted, so that the caller learns nothing
//! from it. The cursor is also authenticated, so that a forged one is refused before anything is
//! read. Independent of the cursor, every page checks the caller's scope again.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Scope;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::problem::ApiProblem;

/// The first byte of a cursor. A cursor of another version is refused, and the caller restarts the
/// list.
const VERSION: u8 = 2;
/// The longest accepted cursor in characters; every cursor that the API issues is shorter.
const MAX_CHARACTERS: usize = 2_048;
/// Positions are padded to a multiple of this many bytes, so that the length of a cursor does not
/// reveal the length of an id.
const PADDING: usize = 128;
/// Separates this use of the deployment's secret from every other use.
const KEY_CONTEXT: &[u8] = b"arcadia list cursors v2\n";

/// The key that encrypts and authenticates the cursors of a deployment, derived from a secret that
/// the stack generates.
#[derive(Clone)]
pub struct CursorKey(Arc<RandomizedNonceKey>);

impl fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CursorKey").finish_non_exhaustive()
    }
}

impl CursorKey {
    /// Derives the key from the secret's value, which must have high entropy: the stack generates
    /// 64 random characters.
    ///
    /// # Errors
    /// Fails if the value is shorter than 32 characters and therefore not the generated one.
    pub fn derive(secret: &SecretString) -> Result<Self, WeakSecret> {
        let secret = secret.expose_secret().trim();
        if secret.len() < 32 {
            return Err(WeakSecret);
        }
        let digest = Sha256::new_with_prefix(KEY_CONTEXT).chain_update(secret).finalize();
        // An AES-256 key has 32 bytes, the same as a SHA-256 digest.
        RandomizedNonceKey::new(&AES_256_GCM_SIV, &digest).map(|key| Self(Arc::new(key))).map_err(|_| WeakSecret)
    }

    /// Binds cursors to a list, its filters and a scope. The page size is not a filter, so it may
    /// change from page to page.
    #[must_use]
    pub fn binding(&self, scope: &Scope, list: &str, filters: &impl Serialize) -> Binding {
        let scope = scope.tenant().map_or_else(|| "platform".to_owned(), |tenant| format!("tenant {tenant}"));
        // Filters are plain data, which always serializes.
        let filters = serde_json::to_string(filters).unwrap_or_default();
        Binding { key: self.clone(), context: format!("{VERSION}\n{scope}\n{list}\n{filters}").into_bytes() }
    }
}

/// The error for a cursor secret that is too short to be the one that the stack generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeakSecret;

impl fmt::Display for WeakSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value is shorter than 32 characters; write 64 random characters to it")
    }
}

impl std::error::Error for WeakSecret {}

/// The context that a cursor is bound to: a key, a list, its filters and the caller's scope.
#[derive(Debug, Clone)]
pub struct Binding {
    key: CursorKey,
    /// Data that is authenticated together with the position but not part of the cursor.
    context: Vec<u8>,
}

impl Binding {
    /// Encrypts this position as a cursor.
    ///
    /// # Errors
    /// 500 if the position cannot be encrypted. The page fails then, because a missing cursor would
    /// mean the end of the list.
    pub fn seal<P: Serialize>(&self, position: &P) -> Result<String, ApiProblem> {
        let failed = |error: &dyn fmt::Display| {
            tracing::error!(error = %error, "cannot encrypt a list cursor");
            ApiProblem::internal()
        };
        let mut text = serde_json::to_vec(position).map_err(|error| failed(&error))?;
        // JSON ignores white space at its end, so the padding does not change the position.
        text.resize(text.len().next_multiple_of(PADDING), b' ');
        let nonce =
            self.key.0.seal_in_place_append_tag(Aad::from(&self.context), &mut text).map_err(|error| failed(&error))?;
        let sealed = [&[VERSION], nonce.as_ref().as_slice(), &text].concat();
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Decrypts the position in a cursor.
    ///
    /// # Errors
    /// 400 if the API did not issue the cursor, or issued it for another list, other filters or
    /// another scope.
    pub fn open<P: DeserializeOwned>(&self, cursor: &str) -> Result<P, ApiProblem> {
        self.position(cursor).ok_or_else(ApiProblem::bad_cursor)
    }

    fn position<P: DeserializeOwned>(&self, cursor: &str) -> Option<P> {
        if cursor.len() > MAX_CHARACTERS {
            return None;
        }
        let sealed = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (nonce, text) = sealed.strip_prefix(&[VERSION])?.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let position = self.key.0.open_in_place(nonce, Aad::from(&self.context), &mut text).ok()?;
        serde_json::from_slice(position).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::TenantId;

    fn key(secret: char) -> CursorKey {
        CursorKey::derive(&secret.to_string().repeat(64).into()).unwrap()
    }

    fn tenant(id: &str) -> Scope {
        Scope::Tenant(TenantId::new(id).unwrap())
    }

    #[test]
    fn a_cursor_is_valid_only_for_its_own_key_scope_list_and_filters() {
        let own = key('k').binding(&tenant("acme"), "resources", &Some("droplet"));
        let cursor = own.seal(&7u64).unwrap();
        assert_eq!(own.open::<u64>(&cursor).unwrap(), 7);
        let others = [
            key('k').binding(&tenant("other"), "resources", &Some("droplet")),
            key('k').binding(&Scope::Platform, "resources", &Some("droplet")),
            key('k').binding(&tenant("acme"), "projects", &Some("droplet")),
            key('k').binding(&tenant("acme"), "resources", &None::<&str>),
            key('x').binding(&tenant("acme"), "resources", &Some("droplet")),
        ];
        for other in others {
            assert_eq!(other.open::<u64>(&cursor).unwrap_err().kind, "bad-cursor");
        }
        for bad in ["", "!", "Ag", "bm90IGpzb24", &cursor[1..], &"A".repeat(5_000)] {
            assert!(own.open::<u64>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_cursor_with_any_byte_changed_is_refused() {
        let own = key('k').binding(&tenant("acme"), "events", &());
        let sealed = URL_SAFE_NO_PAD.decode(own.seal(&"place").unwrap()).unwrap();
        for at in 0..sealed.len() {
            let mut forged = sealed.clone();
            forged[at] ^= 1;
            assert!(own.open::<String>(&URL_SAFE_NO_PAD.encode(forged)).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_cursor_reveals_neither_the_position_nor_its_length() {
        let own = key('k').binding(&tenant("acme"), "events", &());
        let (short, long) = ("a.example".to_owned(), format!("{}.example", "a".repeat(60)));
        let cursors = [&short, &long].map(|position| own.seal(position).unwrap());
        assert_eq!(cursors[0].len(), cursors[1].len());
        for cursor in &cursors {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap();
            assert!(!bytes.windows(7).any(|window| window == b"example"));
        }
        assert_ne!(own.seal(&short).unwrap(), own.seal(&short).unwrap(), "each cursor has its own nonce");
    }

    #[test]
    fn a_secret_shorter_than_32_characters_is_refused() {
        assert_eq!(CursorKey::derive(&"short".into()).unwrap_err(), WeakSecret);
        assert_eq!(format!("{:?}", key('k')), "CursorKey { .. }");
    }
}
