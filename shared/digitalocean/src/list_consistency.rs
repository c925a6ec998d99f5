//! Decides whether a list that may change while it is read has been read completely. No I/O.
//!
//! DigitalOcean's pages are numbered by position and not anchored to an item. When an item before
//! the end of a page is removed between two requests, the first item of the next page moves to the
//! page that was already read, and is missed. A pass over all pages therefore counts only if
//! nothing indicates such a shift; otherwise the list is read again from page 1, a bounded number
//! of times.
//!
//! Items are identified by their keys, so that an item on two pages counts once. Where DigitalOcean
//! gives items no id, two equal items may be different ones, so each position in the list counts.
//! A list that shifted in either direction cannot be repaired then: a pass counts only if every
//! page reports the same total and that many items were read. A list of several pages that reports
//! no total is read until two passes agree.

use std::collections::HashSet;
use std::hash::Hash;

#[cfg(test)]
mod tests;

/// Number of passes, each starting at page 1, before the reader gives up.
const MAX_PASSES: u32 = 3;
/// Number of pages in one pass after which the list counts as endless: 200,000 items at 200 a page.
const MAX_PAGES: u32 = 1_000;

/// The next step after a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PageDecision {
    /// Fetch this page of the same pass.
    Fetch(u32),
    /// Discard all items and start again at page 1.
    Restart,
    /// The list has been read completely.
    Complete,
    /// The list could not be read completely in the allowed number of passes.
    Shifted {
        /// Distinct items in the last pass.
        seen: u64,
        /// Highest total that a page of the last pass reported.
        total: u64,
    },
    /// The list has a next page after [`MAX_PAGES`] pages, so it counts as endless.
    Endless,
}

/// The state of all passes over one list, by the keys of its items.
#[derive(Debug)]
pub(crate) struct ListPasses<K> {
    /// True if a list of several pages must be read twice with the same result.
    confirm: bool,
    /// True if keys identify items; otherwise each position counts.
    has_ids: bool,
    /// Number of the current pass, from 1.
    pub(crate) number: u32,
    pass: ListPass<K>,
    /// Keys of the last consistent pass, in order; only kept for a confirmation.
    previous: Option<Vec<K>>,
}

/// The state of one pass over the list.
#[derive(Debug)]
struct ListPass<K> {
    pages: u32,
    /// Number of items, of which one on two pages counts once if it has an id.
    items: u64,
    /// Keys of the items that have ids.
    seen: HashSet<K>,
    /// Keys in the order of the list; only kept for a confirmation.
    order: Vec<K>,
    /// Total that the last page reported.
    total: Option<u64>,
    highest_total: u64,
    /// True if the pass showed a shift: the total went down, or an item came twice where the pass
    /// must be exact.
    inconsistent: bool,
}

impl<K: Eq + Hash + Clone> ListPasses<K> {
    pub(crate) fn new(confirm: bool, has_ids: bool) -> Self {
        Self { confirm, has_ids, number: 1, pass: ListPass::new(), previous: None }
    }

    /// Number of pages read in the current pass.
    pub(crate) fn pages(&self) -> u32 {
        self.pass.pages
    }

    /// Records the next page: the keys of its items, its `meta.total`, and whether another page
    /// follows. Returns the next step.
    pub(crate) fn accept(
        &mut self,
        keys: impl IntoIterator<Item = K>,
        total: Option<u64>,
        has_next: bool,
    ) -> PageDecision {
        let confirm = self.confirm || (!self.has_ids && total.is_none());
        let progressed = self.pass.accept(keys, total, confirm, self.has_ids);
        // A list without ids cannot be repaired after a shift, so the remaining pages of this pass
        // would be wasted requests.
        let abandoned = !self.has_ids && self.pass.inconsistent;
        if has_next && progressed && !abandoned {
            let endless = self.pass.pages >= MAX_PAGES;
            return if endless { PageDecision::Endless } else { PageDecision::Fetch(self.pass.pages + 1) };
        }
        // A page with nothing new that has a next link means that the list shifted by a page or
        // that the pages do not advance.
        let consistent = !has_next && self.pass.is_consistent();
        if consistent && (!confirm || self.is_confirmed()) {
            return PageDecision::Complete;
        }
        // A confirmation takes one extra pass.
        if self.number >= MAX_PASSES + u32::from(confirm) {
            return PageDecision::Shifted { seen: self.pass.items, total: self.pass.highest_total };
        }
        let finished = std::mem::replace(&mut self.pass, ListPass::new());
        self.previous = (consistent && confirm).then_some(finished.order);
        self.number += 1;
        PageDecision::Restart
    }

    /// Returns whether the pass is confirmed. A single response is a snapshot of the list; several
    /// responses are one only if they were read twice with the same result. Two passes with the
    /// same pages and without a repeated item cannot both have missed an item that was in the list
    /// throughout: every item read before it in the first pass was still before it in the second,
    /// so it never moved across the end of a page.
    fn is_confirmed(&self) -> bool {
        self.pass.pages == 1 || self.previous.as_ref() == Some(&self.pass.order)
    }
}

impl<K: Eq + Hash + Clone> ListPass<K> {
    fn new() -> Self {
        let (seen, order) = (HashSet::new(), Vec::new());
        Self { pages: 0, items: 0, seen, order, total: None, highest_total: 0, inconsistent: false }
    }

    /// Records a page; returns whether it held any new item.
    fn accept(&mut self, keys: impl IntoIterator<Item = K>, total: Option<u64>, exact: bool, has_ids: bool) -> bool {
        let before = self.items;
        for key in keys {
            if exact {
                self.order.push(key.clone());
            }
            let is_new = !has_ids || self.seen.insert(key);
            self.items += u64::from(is_new);
            self.inconsistent |= exact && !is_new;
        }
        // A total that goes down shows a removal, even if items were added later.
        self.inconsistent |= total.is_some_and(|total| total < self.highest_total);
        if !has_ids {
            let changed = self.pages > 0 && total != self.total;
            self.inconsistent |= changed || total.is_some_and(|total| total < self.items);
        }
        self.pages += 1;
        self.total = total;
        self.highest_total = self.highest_total.max(total.unwrap_or(0));
        self.items > before
    }

    /// Fewer items than a page reported mean that some were missed. More items mean that some were
    /// added meanwhile, which is accepted.
    fn is_consistent(&self) -> bool {
        !self.inconsistent && self.items >= self.highest_total
    }
}
