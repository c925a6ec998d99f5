//! The construction of a line set before it is written to the table.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::billing::{CostLine, Invoice};
use serde::ser::Error as _;
use sha2::{Digest, Sha256};

use crate::item::text_of;
use crate::{Error, Table, keys};

/// The maximum number of lines on one page.
pub(super) const PAGE_LINES: usize = 100;
/// The maximum size of one page's lines as JSON, in bytes; a single longer line is allowed.
/// DynamoDB's limit for an item is 400 KB.
const PAGE_BYTES: usize = 150_000;

/// The lines of a new revision, divided into the pages in which they will be written.
///
/// The lines are held as JSON, which takes half the memory of the structs: an invoice may have a
/// hundred thousand lines.
#[derive(Debug, Clone, Default)]
pub struct LineSetBuilder {
    /// The complete pages. Each line ends with a line feed.
    full: Vec<Vec<u8>>,
    page: Vec<u8>,
    /// The number of lines on `page`.
    lines: usize,
    hash: Sha256,
}

impl LineSetBuilder {
    /// Appends a line to the set.
    ///
    /// # Errors
    /// Fails when the line cannot be serialized as JSON.
    pub fn push(&mut self, line: &CostLine) -> Result<(), Error> {
        let json = serde_json::to_vec(line).map_err(unwritable)?;
        if self.lines == PAGE_LINES || (self.lines > 0 && self.page.len() + json.len() > PAGE_BYTES) {
            self.page.shrink_to_fit();
            self.full.push(std::mem::take(&mut self.page));
            self.hash.update(b"\n");
            self.lines = 0;
        }
        self.hash.update(&json);
        self.page.extend(json);
        self.page.push(b'\n');
        self.lines += 1;
        Ok(())
    }

    /// Returns a digest of the lines and the page boundaries (SHA-256, base64url). Equal digests
    /// mean identical pages.
    #[must_use]
    pub fn digest(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.hash.clone().finalize())
    }

    /// Returns the lines of each page from `first` on. There is always at least one page, which may
    /// be empty.
    pub(super) fn pages(&self, first: u32) -> impl Iterator<Item = Result<Vec<CostLine>, Error>> {
        let pages = self.full.iter().chain([&self.page]).skip(first as usize);
        pages.map(|page| {
            serde_json::Deserializer::from_slice(page).into_iter().collect::<Result<_, _>>().map_err(unwritable)
        })
    }
}

impl Table {
    /// Returns the number of pages of a revision that are stored. Pages are written in order, so
    /// none before the last one is missing.
    pub(super) async fn pages_written(&self, invoice: &Invoice, revision: u64) -> Result<u32, Error> {
        let partition = keys::lines_partition(&invoice.account, &invoice.uuid, revision);
        let last = self
            .query(None, &partition, "")
            .projection_expression("#pk, #sk")
            .expression_attribute_names("#sk", keys::SK)
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(1);
        let last = last.send().await.map_err(|e| Error::dynamo("Query", e))?;
        let last = last.items().first().and_then(|item| text_of(item, keys::SK)).and_then(keys::parse_lines_page);
        Ok(last.map_or(0, |page| page + 1))
    }
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::Unwritable { record: "cost line", source: serde_dynamo::Error::custom(error) }
}
