//! Lists, a page at a time.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::cursor::Binding;
use crate::freshness::Coverage;
use crate::problem::ApiProblem;
use crate::representation::Tabular;

/// A page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct List<T> {
    /// What is on this page; fewer than `limit` does not mean the end.
    pub data: Vec<T>,
    /// Send it as `cursor` for the next page; null at the end.
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// Nothing in the answer is older than this: the oldest of the complete reads of DigitalOcean that it rests on.
    pub as_of: DateTime<Utc>,
    /// Whether all that the answer rests on was read whole the last time; if not, something may be missing or older than it should be.
    pub complete: bool,
}

impl<T> List<T> {
    /// A page with what it says of its freshness.
    #[must_use]
    pub fn new(data: Vec<T>, next_cursor: Option<String>, coverage: Coverage) -> Self {
        Self { data, next_cursor, as_of: coverage.as_of, complete: coverage.complete }
    }
}

impl<T: Serialize + ToSchema> Tabular for List<T> {
    type Row = T;

    fn rows(&self) -> &[T] {
        &self.data
    }

    fn next_cursor(&self) -> Option<&str> {
        self.next_cursor.as_deref()
    }

    fn coverage(&self) -> Coverage {
        Coverage { as_of: self.as_of, complete: self.complete }
    }
}

/// A page of what is at hand as a whole: what sorts after `after`, at most `limit`, and the cursor for the rest.
/// `items` are sorted by the key that `key` gives.
///
/// # Errors
/// As [`Binding::seal`].
pub fn page_of<T, K: Ord + Serialize>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
    after: Option<&K>,
    limit: usize,
    binding: &Binding,
) -> Result<(Vec<T>, Option<String>), ApiProblem> {
    let mut rest = items.into_iter().filter(|item| after.is_none_or(|after| key(item) > *after));
    let page: Vec<T> = rest.by_ref().take(limit).collect();
    let more = rest.next().is_some();
    let next = page.last().filter(|_| more).map(|last| binding.seal(&key(last))).transpose()?;
    Ok((page, next))
}
