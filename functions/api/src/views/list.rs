//! The representation of lists, one page at a time.

use chrono::{DateTime, Utc};
use domain::Coverage;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::cursor::Binding;
use crate::http::problem::ApiProblem;
use crate::http::representation::Tabular;

/// A page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct List<T> {
    /// Items of this page. A page with fewer than `limit` items is not necessarily the last one.
    pub data: Vec<T>,
    /// Cursor of the next page, to be sent as `cursor`; null on the last page.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// Age limit of the data: nothing in the response is older than this, the oldest of the
    /// complete reads of DigitalOcean that it depends on.
    pub as_of: DateTime<Utc>,
    /// True if the last read of every list that the response depends on was complete. Otherwise
    /// items may be missing or outdated.
    pub complete: bool,
}

impl<T> List<T> {
    /// Combines a page with its cursor and its freshness.
    #[must_use]
    pub fn new(data: Vec<T>, next_cursor: Option<String>, coverage: Coverage) -> Self {
        Self { data, next_cursor, as_of: coverage.as_of, complete: coverage.complete }
    }
}

impl<T: Serialize + ToSchema> Tabular for List<T> {
    type Row = T;

    fn page(&self) -> (&[T], Option<&str>, Coverage) {
        let coverage = Coverage { as_of: self.as_of, complete: self.complete };
        (&self.data, self.next_cursor.as_deref(), coverage)
    }
}

/// Cuts a page out of a complete list: at most `limit` items whose key sorts after `after`, and the
/// cursor of the next page if items remain. `items` must be sorted by `key`.
///
/// # Errors
/// Fails like [`Binding::seal`].
pub fn page_of<T, K: Ord + Serialize>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
    after: Option<&K>,
    limit: usize,
    binding: &Binding,
) -> Result<(Vec<T>, Option<String>), ApiProblem> {
    let mut remaining = items.into_iter().filter(|item| after.is_none_or(|after| key(item) > *after));
    let page: Vec<T> = remaining.by_ref().take(limit).collect();
    let has_more = remaining.next().is_some();
    let next = page.last().filter(|_| has_more).map(|last| binding.seal(&key(last))).transpose()?;
    Ok((page, next))
}
