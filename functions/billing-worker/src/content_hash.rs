//! When a set of lines says nothing new.

use domain::billing::TieOut;
use sha2::{Digest, Sha256};
use store::LineSetBuilder;

/// SHA-256, in hex, of what a set says: its lines with their owners, and whether its sums agree.
///
/// Not of the bytes of the CSV: what a set says also depends on the JSON items, the history and the inventory. Whoever comes to the same set,
/// by reading the invoice or by matching anew the lines that were read, comes to the same hash and writes nothing. So a rematch that learns
/// nothing writes nothing; reading an invoice anew after a rematch neither undoes nor repeats it; and reading the same CSV when more is known
/// than last time says so at once, without a rematch.
pub(crate) fn content_hash(lines: &LineSetBuilder, tie_out: &TieOut) -> Result<String, serde_json::Error> {
    let mut hash = Sha256::new();
    hash.update(lines.digest());
    hash.update(b"\n");
    hash.update(serde_json::to_vec(tie_out)?);
    Ok(hex::encode(hash.finalize()))
}
