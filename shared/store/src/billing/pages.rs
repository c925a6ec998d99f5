//! How lines are laid out in items.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::billing::CostLine;
use serde::ser::Error as _;
use sha2::{Digest, Sha256};

use crate::Error;

/// Lines of one page at the most.
pub(super) const PAGE_LINES: usize = 100;
/// Bytes of one page's lines as JSON at the most, unless a line alone has more; DynamoDB's limit of an item is 400 KB.
const PAGE_BYTES: usize = 150_000;

/// Lines in pages.
#[derive(Debug)]
pub(super) struct Pages<'a> {
    /// The pages; one, if an empty one, at least.
    pub(super) pages: Vec<&'a [CostLine]>,
    /// What they say and where each ends: of the same digest are only the very same pages.
    pub(super) digest: String,
}

impl<'a> Pages<'a> {
    /// The pages of these lines.
    pub(super) fn of(lines: &'a [CostLine]) -> Result<Self, Error> {
        let (mut pages, mut hash) = (Vec::new(), Sha256::new());
        let (mut first, mut bytes) = (0, 0);
        for (number, line) in lines.iter().enumerate() {
            let json = serde_json::to_vec(line).map_err(|error| Error::Unwritable {
                record: "cost line",
                source: serde_dynamo::Error::custom(error),
            })?;
            if number - first == PAGE_LINES || (number > first && bytes + json.len() > PAGE_BYTES) {
                pages.push(&lines[first..number]);
                (first, bytes) = (number, 0);
                hash.update(b"\n");
            }
            bytes += json.len();
            hash.update(&json);
        }
        pages.push(&lines[first..]);
        Ok(Self { pages, digest: BASE64_URL_SAFE_NO_PAD.encode(hash.finalize()) })
    }
}
