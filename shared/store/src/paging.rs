//! Pages of lists: a page, the position at which it ended, and the one loop that fills pages.

use serde::{Deserialize, Serialize};

use crate::Error;

/// The maximum number of reads for one page. A filter that few items match ends the page early,
/// with a position to continue from, instead of delaying the response.
pub(crate) const READS_PER_PAGE: usize = 100;
/// The maximum number of reads for one page of items so large that each read may take a whole
/// response of DynamoDB's (1 MB).
pub(crate) const LARGE_READS_PER_PAGE: usize = 25;

/// The position at which a page ended, in a list that is read partition by partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The name of the partition, such as its key.
    pub partition: String,
    /// The position in the partition after which to continue, such as a sort key; `None` for its
    /// beginning.
    pub after: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items of this page, possibly fewer than the limit although more pages follow.
    pub items: Vec<T>,
    /// The position of the next page; `None` at the end.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Returns the only page of an empty list.
    pub(crate) fn empty() -> Self {
        Self { items: Vec::new(), next: None }
    }
}

/// What one read of a partition found.
pub(crate) struct Slice<T> {
    /// The positions that were read, in order, each with its item; `None` if a filter leaves the
    /// item out.
    pub(crate) found: Vec<(String, Option<T>)>,
    /// True if these are the last of the partition.
    pub(crate) end: bool,
}

/// Reads a page of at most `limit` items from these partitions, which are named and in order, the
/// first one being that of `from` or, if that one is gone, the next. `read` reads a partition after
/// a position; the number is how many items are of use, one more than the page still takes, so that
/// a page that ends with the list has no next page. At most `reads` reads are made.
pub(crate) async fn read_page<P: Copy, T, F>(
    partitions: Vec<(String, P)>,
    from: Option<&Cursor>,
    limit: usize,
    reads: usize,
    read: impl Fn(P, Option<String>, usize) -> F,
) -> Result<Page<T>, Error>
where
    F: Future<Output = Result<Slice<T>, Error>>,
{
    let limit = limit.max(1);
    let mut items = Vec::new();
    let mut reads_left = reads;
    let mut after = match (partitions.first(), from) {
        (Some((first, _)), Some(from)) if *first == from.partition => from.after.clone(),
        _ => None,
    };
    let mut partitions = partitions.into_iter().peekable();
    while let Some((partition, source)) = partitions.next() {
        loop {
            if reads_left == 0 {
                return Ok(Page { items, next: Some(Cursor { partition, after }) });
            }
            reads_left -= 1;
            let Slice { found, end } = read(source, after.clone(), limit - items.len() + 1).await?;
            let mut found = found.into_iter().peekable();
            while let Some((position, item)) = found.next() {
                items.extend(item);
                if items.len() < limit {
                    after = Some(position);
                    continue;
                }
                let next = if end && found.peek().is_none() {
                    partitions.next().map(|(partition, _)| Cursor { partition, after: None })
                } else {
                    Some(Cursor { partition, after: Some(position) })
                };
                return Ok(Page { items, next });
            }
            if end {
                break;
            }
        }
        after = None;
    }
    Ok(Page { items, next: None })
}
