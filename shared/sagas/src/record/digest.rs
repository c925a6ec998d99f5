//! Digests of values, for hashes of definitions, intents and ledger entries.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Returns the SHA-256 of a value as JSON, in hexadecimal. Maps are ordered by key, so equal values
/// give equal digests.
#[must_use]
pub fn digest<T: Serialize>(value: &T) -> String {
    // The fallback is never used: records are plain data with text keys, which can always be
    // written as JSON.
    hex::encode(Sha256::digest(serde_json::to_vec(value).unwrap_or_default()))
}
