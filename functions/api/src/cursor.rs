//! Cursors: opaque to callers, bound to the list, its filters and the caller's scope.
//!
//! A cursor says where to go on, never what may be read: that is worked out anew from the scope, so a forged one reads nothing foreign.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Scope;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

const VERSION: u8 = 1;
/// Longer than any of ours.
const MAX_CHARACTERS: usize = 2_048;

#[derive(Serialize, Deserialize)]
struct Sealed<P> {
    v: u8,
    scope: String,
    list: String,
    position: P,
}

/// What a cursor is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    scope: String,
    list: String,
}

impl Binding {
    /// To this list, as this scope sees it through these filters. The page size is no filter: it may change from page to page.
    #[must_use]
    pub fn new(scope: &Scope, list: &str, filters: &impl Serialize) -> Self {
        let scope = scope.tenant().map_or_else(|| "platform".to_owned(), |tenant| format!("tenant {tenant}"));
        // Filters are plain data, which always serialises.
        let filters = serde_json::to_string(filters).unwrap_or_default();
        Self { scope: digest(&scope), list: digest(&format!("{list} {filters}")) }
    }

    /// The cursor for this position.
    #[must_use]
    pub fn seal<P: Serialize>(&self, position: &P) -> String {
        let Self { scope, list } = self.clone();
        let sealed = Sealed { v: VERSION, scope, list, position };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&sealed).unwrap_or_default())
    }

    /// The position in a cursor.
    ///
    /// # Errors
    /// 400 when it is none, or belongs to another list, other filters or another scope.
    pub fn open<P: DeserializeOwned>(&self, cursor: &str) -> Result<P, Problem> {
        let sealed: Option<Sealed<P>> = (cursor.len() <= MAX_CHARACTERS)
            .then(|| URL_SAFE_NO_PAD.decode(cursor).ok())
            .flatten()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        match sealed {
            Some(sealed) if sealed.v == VERSION && sealed.scope == self.scope && sealed.list == self.list => {
                Ok(sealed.position)
            }
            _ => Err(Problem::bad_cursor()),
        }
    }
}

fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..9])
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::TenantId;

    #[test]
    fn a_cursor_opens_only_where_it_was_made() {
        let tenant = |id: &str| Scope::Tenant(TenantId::new(id).unwrap());
        let own = Binding::new(&tenant("acme"), "resources", &Some("droplet"));
        let cursor = own.seal(&7u64);
        assert_eq!(own.open::<u64>(&cursor).unwrap(), 7);
        let others = [
            Binding::new(&tenant("other"), "resources", &Some("droplet")),
            Binding::new(&Scope::Platform, "resources", &Some("droplet")),
            Binding::new(&tenant("acme"), "projects", &Some("droplet")),
            Binding::new(&tenant("acme"), "resources", &None::<&str>),
        ];
        for other in others {
            assert_eq!(other.open::<u64>(&cursor).unwrap_err().kind, "bad-cursor");
        }
        for bad in ["", "!", "bm90IGpzb24", &cursor[1..], &"A".repeat(5_000)] {
            assert!(own.open::<u64>(bad).is_err(), "{bad}");
        }
    }
}
