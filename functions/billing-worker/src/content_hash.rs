//! The content hash, by which an unchanged set of lines is recognized.

use domain::billing::TieOut;
use sha2::{Digest, Sha256};
use store::LineSetBuilder;

/// Computes the SHA-256, in hex, of a set of lines: the lines with their owners, and the result of
/// the tie-out.
///
/// The hash does not cover the bytes of the CSV, because the set also depends on the JSON items,
/// the history and the inventory. An ingest and a rematch that arrive at the same set compute the
/// same hash, and nothing is written if the hash is already stored. So a rematch with an unchanged
/// inventory writes nothing. An ingest after a rematch neither undoes nor repeats it. An ingest of
/// an unchanged CSV writes new owners at once if the inventory has more resources than last time,
/// without a rematch.
pub(crate) fn content_hash(lines: &LineSetBuilder, tie_out: &TieOut) -> Result<String, serde_json::Error> {
    let mut hash = Sha256::new();
    hash.update(lines.digest());
    hash.update(b"\n");
    hash.update(serde_json::to_vec(tie_out)?);
    Ok(hex::encode(hash.finalize()))
}
