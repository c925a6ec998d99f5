//! Lines on their way into the table.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::billing::{CostLine, Invoice};
use serde::ser::Error as _;
use sha2::{Digest, Sha256};

use crate::item::text_of;
use crate::{Error, Table, keys};

/// Lines of one page at the most.
pub(super) const PAGE_LINES: usize = 100;
/// Bytes of one page's lines as JSON at the most, unless a line alone has more; DynamoDB's limit of an item is 400 KB.
const PAGE_BYTES: usize = 150_000;

/// Lines to be shown, in the pages that they will be written in.
///
/// They are held as JSON, which takes half the memory that they take as they are: an invoice may have a hundred thousand.
#[derive(Debug, Clone, Default)]
pub struct LineSetBuilder {
    /// Each line ends with a line feed.
    full: Vec<Vec<u8>>,
    page: Vec<u8>,
    /// Lines on `page`.
    lines: usize,
    hash: Sha256,
}

impl LineSetBuilder {
    /// Adds a line after the others.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
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

    /// What the lines say and where each page ends: of the same digest are only the very same pages.
    #[must_use]
    pub fn digest(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.hash.clone().finalize())
    }

    /// The lines of each page from this one on; of all pages, there is one, if an empty one, at least.
    pub(super) fn pages(&self, first: u32) -> impl Iterator<Item = Result<Vec<CostLine>, Error>> {
        let pages = self.full.iter().chain([&self.page]).skip(first as usize);
        pages.map(|page| {
            serde_json::Deserializer::from_slice(page).into_iter().collect::<Result<_, _>>().map_err(unwritable)
        })
    }
}

impl Table {
    /// How many pages of a set there are: they are written one after the other, so that before the last one none is missing.
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
