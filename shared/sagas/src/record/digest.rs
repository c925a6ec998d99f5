//! Digests of values.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// The SHA-256 of a value as JSON, in hexadecimal. Maps are ordered by key, so equal values give equal digests.
#[must_use]
pub fn digest<T: Serialize>(value: &T) -> String {
    // Records are plain data with text keys, which always can be written as JSON.
    hex::encode(Sha256::digest(serde_json::to_vec(value).unwrap_or_default()))
}
