//! Decides whether a list that may change while it is read has been read completely. No I/O.
//!
//! DigitalOcean's pages are numbered by position and not anchored to an item. When an item before
//! the end of a page is removed between two requests, the first item of the next page moves to the
//! page that was already read, and is missed. A pass over all pages therefore counts only if
//! nothing indicates such a shift; otherwise the list is read again from page 1, a bounded number
//! of times.
//!
//! Items are identified by their keys, so that an item on two pages counts once. Where DigitalOcean
//! gives items no id, two equal items may be different ones, so each position in the list counts
//! ([`ConsistencyTracker::positional`]). A list that shifted in either direction cannot be repaired
//! then: a pass counts only if every page reports the same total and that many items were read. A
//! list of several pages that reports no total is read until two passes agree.

use std::collections::HashSet;
use std::hash::Hash;

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
pub(crate) struct ConsistencyTracker<K> {
    /// True if a list of several pages must be read twice with the same result.
    confirm: bool,
    /// True if each position counts, because keys do not identify items.
    positional: bool,
    /// Number of passes before giving up, without the extra one for a confirmation.
    max_passes: u32,
    /// Number of the current pass, from 1.
    pub(crate) pass_number: u32,
    pass: ListPass<K>,
    /// Keys of the last consistent pass, in order; only kept for a confirmation.
    previous: Option<Vec<K>>,
}

/// The state of one pass over the list.
#[derive(Debug)]
struct ListPass<K> {
    pages: u32,
    /// Keys of the items, each with its position when positions count.
    seen: HashSet<(u64, K)>,
    order: Vec<K>,
    /// Total that the last page reported.
    total: Option<u64>,
    highest_total: u64,
    /// True if the pass showed a shift: the total went down, or an item came twice where the pass
    /// must be exact.
    inconsistent: bool,
}

impl<K: Eq + Hash + Clone> ConsistencyTracker<K> {
    pub(crate) fn new(confirm: bool) -> Self {
        Self {
            confirm,
            positional: false,
            max_passes: MAX_PASSES,
            pass_number: 1,
            pass: ListPass::new(),
            previous: None,
        }
    }

    /// Configures the tracker for a list whose items have no id.
    pub(crate) fn positional(self) -> Self {
        Self { positional: true, ..self }
    }

    /// Allows one pass only, for a reader that cannot take back the items it has returned.
    pub(crate) fn single_pass(self) -> Self {
        Self { max_passes: 1, ..self }
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
        let confirm = self.confirm || (self.positional && total.is_none());
        let progressed = self.pass.accept(keys, total, confirm, self.positional);
        // A positional list cannot be repaired after a shift, so the remaining pages of this pass
        // would be wasted requests.
        let abandoned = self.positional && self.pass.inconsistent;
        if has_next && progressed && !abandoned {
            return if self.pass.pages >= MAX_PAGES {
                PageDecision::Endless
            } else {
                PageDecision::Fetch(self.pass.pages + 1)
            };
        }
        // A page with nothing new that has a next link means that the list shifted by a page or
        // that the pages do not advance.
        let consistent = !has_next && self.pass.is_consistent();
        if consistent && (!confirm || self.is_confirmed()) {
            return PageDecision::Complete;
        }
        let (seen, total) = (self.pass.seen.len() as u64, self.pass.highest_total);
        // A confirmation takes one extra pass.
        if self.pass_number >= self.max_passes + u32::from(confirm) {
            return PageDecision::Shifted { seen, total };
        }
        let finished = std::mem::replace(&mut self.pass, ListPass::new());
        self.previous = (consistent && confirm).then_some(finished.order);
        self.pass_number += 1;
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
        Self { pages: 0, seen, order, total: None, highest_total: 0, inconsistent: false }
    }

    /// Records a page; returns whether it held any new item.
    fn accept(&mut self, keys: impl IntoIterator<Item = K>, total: Option<u64>, exact: bool, positional: bool) -> bool {
        let before = self.seen.len();
        for key in keys {
            if exact {
                self.order.push(key.clone());
            }
            let position = if positional { self.seen.len() as u64 } else { 0 };
            self.inconsistent |= !self.seen.insert((position, key)) && exact;
        }
        // A total that goes down shows a removal, even if items were added later.
        self.inconsistent |= total.is_some_and(|total| total < self.highest_total);
        if positional {
            let changed = self.pages > 0 && total != self.total;
            self.inconsistent |= changed || total.is_some_and(|total| total < self.seen.len() as u64);
        }
        self.pages += 1;
        self.total = total;
        self.highest_total = self.highest_total.max(total.unwrap_or(0));
        self.seen.len() > before
    }

    /// Fewer items than a page reported mean that some were missed. More items mean that some were
    /// added meanwhile, which is accepted.
    fn is_consistent(&self) -> bool {
        !self.inconsistent && self.seen.len() as u64 >= self.highest_total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_unchanged_list_takes_one_pass() {
        let mut tracker = ConsistencyTracker::new(false);
        assert_eq!(tracker.accept([1, 2], Some(3), true), PageDecision::Fetch(2));
        assert_eq!(tracker.accept([3], Some(3), false), PageDecision::Complete);
        assert_eq!((tracker.pass_number, tracker.pages()), (1, 2));
        assert_eq!(ConsistencyTracker::<u8>::new(false).accept([], Some(0), false), PageDecision::Complete);
        assert_eq!(ConsistencyTracker::<u8>::new(true).accept([], Some(0), false), PageDecision::Complete);
    }

    #[test]
    fn fewer_items_than_reported_restart_and_then_fail() {
        let mut tracker = ConsistencyTracker::new(false);
        for _ in 1..MAX_PASSES {
            assert_eq!(tracker.accept([1, 2], Some(3), false), PageDecision::Restart);
        }
        assert_eq!(tracker.accept([1, 2], Some(3), false), PageDecision::Shifted { seen: 2, total: 3 });
    }

    #[test]
    fn a_removal_hidden_by_an_addition_is_detected() {
        let mut tracker = ConsistencyTracker::new(false);
        assert_eq!(tracker.accept([1, 2], Some(6), true), PageDecision::Fetch(2));
        // Item 1 was removed, so item 3 moved to page 1. Then item 7 was added.
        assert_eq!(tracker.accept([4, 5], Some(5), true), PageDecision::Fetch(3));
        assert_eq!(tracker.accept([6, 7], Some(6), false), PageDecision::Restart);
    }

    #[test]
    fn items_added_between_pages_are_accepted() {
        let mut tracker = ConsistencyTracker::new(false);
        assert_eq!(tracker.accept([1, 2], Some(3), true), PageDecision::Fetch(2));
        assert_eq!(tracker.accept([2, 3, 4], Some(4), false), PageDecision::Complete);
    }

    #[test]
    fn pages_that_do_not_advance_end() {
        let mut tracker = ConsistencyTracker::new(false);
        for _ in 0..MAX_PASSES {
            assert_eq!(tracker.accept([1], None, true), PageDecision::Fetch(2));
            let decision = tracker.accept([1], None, true);
            assert!(matches!(decision, PageDecision::Restart | PageDecision::Shifted { .. }), "{decision:?}");
        }
        let mut endless = ConsistencyTracker::new(false);
        let last = (0..MAX_PAGES).map(|item| endless.accept([item], None, true)).last();
        assert_eq!(last, Some(PageDecision::Endless));
    }

    #[test]
    fn confirming_reads_several_pages_twice() {
        let mut tracker = ConsistencyTracker::new(true);
        assert_eq!(tracker.accept([1, 2], Some(3), true), PageDecision::Fetch(2));
        assert_eq!(tracker.accept([3], Some(3), false), PageDecision::Restart);
        assert_eq!(tracker.accept([1, 2], Some(3), true), PageDecision::Fetch(2));
        assert_eq!(tracker.accept([3], Some(3), false), PageDecision::Complete);
        assert_eq!(tracker.pass_number, 2);

        // Two passes agree, yet an item is on two pages: something moved in both.
        let mut tracker = ConsistencyTracker::new(true);
        for _ in 0..2 {
            assert_eq!(tracker.accept([1, 2], Some(3), true), PageDecision::Fetch(2));
            assert_eq!(tracker.accept([2, 3], Some(3), false), PageDecision::Restart);
        }
    }

    #[test]
    fn equal_items_are_counted_by_position() {
        let mut tracker = ConsistencyTracker::new(false).positional();
        assert_eq!(tracker.accept([1, 1], Some(3), true), PageDecision::Fetch(2));
        assert_eq!(tracker.accept([1], Some(3), false), PageDecision::Complete);
        assert_eq!(ConsistencyTracker::new(false).positional().accept([1, 1], None, false), PageDecision::Complete);
        assert_eq!(
            ConsistencyTracker::<u8>::new(false).positional().accept([], Some(0), false),
            PageDecision::Complete
        );
    }

    #[test]
    fn positional_lists_need_equal_totals() {
        let mut tracker = ConsistencyTracker::new(false).positional();
        assert_eq!(tracker.accept([1, 2], Some(5), true), PageDecision::Fetch(2));
        // An item was added at the start: 2 is read again and cannot be distinguished from another
        // 2.
        assert_eq!(tracker.accept([2, 3], Some(6), true), PageDecision::Restart);
        // More items than the total: the pages do not advance.
        assert_eq!(tracker.accept([1, 2], Some(3), true), PageDecision::Fetch(2));
        assert_eq!(tracker.accept([1, 2], Some(3), true), PageDecision::Restart);
        assert_eq!(tracker.accept([1, 2], Some(3), false), PageDecision::Shifted { seen: 2, total: 3 });
    }

    #[test]
    fn positional_lists_without_a_total_need_two_equal_passes() {
        let mut tracker = ConsistencyTracker::new(false).positional();
        for decision in [PageDecision::Restart, PageDecision::Restart, PageDecision::Complete] {
            let second = if tracker.pass_number == 1 { 2 } else { 3 };
            assert_eq!(tracker.accept([1, 1], None, true), PageDecision::Fetch(2));
            assert_eq!(tracker.accept([second], None, false), decision);
        }
    }

    #[test]
    fn a_single_pass_fails_on_the_first_inconsistency() {
        let mut tracker = ConsistencyTracker::new(false).positional().single_pass();
        assert_eq!(tracker.accept([1], Some(2), true), PageDecision::Fetch(2));
        assert_eq!(tracker.accept([2], Some(3), true), PageDecision::Shifted { seen: 2, total: 3 });
    }

    /// A change to the list between two requests; positions are taken modulo the length.
    #[derive(Clone, Copy, Debug)]
    enum ListChange {
        Insert(usize),
        Remove(usize),
    }

    fn inserts() -> impl Strategy<Value = Vec<ListChange>> {
        prop::collection::vec((0..40usize).prop_map(ListChange::Insert), 0..3)
    }

    fn removals() -> impl Strategy<Value = Vec<ListChange>> {
        prop::collection::vec((0..40usize).prop_map(ListChange::Remove), 0..3)
    }

    fn any_changes() -> impl Strategy<Value = Vec<ListChange>> {
        (removals(), inserts(), removals()).prop_map(|(first, second, third)| [first, second, third].concat())
    }

    /// Reads a list of `size` items in pages of `per_page` and applies the changes of one gap
    /// before each request but the first. Returns the items of the pass that counted (`None` when
    /// the tracker gave up) and the items that were in the list throughout.
    fn run(
        size: u32,
        per_page: usize,
        gaps: &[Vec<ListChange>],
        confirm: bool,
    ) -> (Option<HashSet<u32>>, HashSet<u32>) {
        let mut list: Vec<u32> = (0..size).collect();
        let mut throughout: HashSet<u32> = list.iter().copied().collect();
        let (mut fresh, mut gaps) = (size, gaps.iter());
        let mut tracker = ConsistencyTracker::new(confirm);
        let (mut page, mut seen) = (1usize, HashSet::new());
        loop {
            let from = ((page - 1) * per_page).min(list.len());
            let keys = &list[from..(from + per_page).min(list.len())];
            seen.extend(keys.iter().copied());
            match tracker.accept(keys.to_vec(), Some(list.len() as u64), list.len() > page * per_page) {
                PageDecision::Fetch(next) => page = next as usize,
                PageDecision::Restart => (page, seen) = (1, HashSet::new()),
                PageDecision::Complete => return (Some(seen), throughout),
                PageDecision::Shifted { .. } | PageDecision::Endless => return (None, throughout),
            }
            for change in gaps.next().into_iter().flatten() {
                match change {
                    ListChange::Insert(at) => {
                        list.insert(at % (list.len() + 1), fresh);
                        fresh += 1;
                    }
                    ListChange::Remove(at) if !list.is_empty() => {
                        throughout.remove(&list.remove(at % list.len()));
                    }
                    ListChange::Remove(_) => {}
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Between two requests items are either added or removed. All items that were in the list
        /// throughout are returned, or nothing is.
        #[test]
        fn a_shifting_list_is_read_as_a_whole_or_not_at_all(
            size in 0..30u32,
            per_page in 1..6usize,
            gaps in prop::collection::vec(prop_oneof![inserts(), removals()], 0..40),
        ) {
            if let (Some(seen), throughout) = run(size, per_page, &gaps, false) {
                prop_assert!(throughout.is_subset(&seen), "missed {:?}", throughout.difference(&seen));
            }
        }

        /// A confirmed list tolerates any number and mix of changes between any two requests.
        #[test]
        fn a_confirmed_list_misses_nothing_under_any_changes(
            size in 0..30u32,
            per_page in 1..6usize,
            gaps in prop::collection::vec(any_changes(), 0..40),
        ) {
            if let (Some(seen), throughout) = run(size, per_page, &gaps, true) {
                prop_assert!(throughout.is_subset(&seen), "missed {:?}", throughout.difference(&seen));
            }
        }

        /// Items are added or removed, and many are equal. The list is returned as it was at one
        /// moment, or not at all.
        #[test]
        fn a_list_of_equal_items_is_read_as_it_was_or_not_at_all(
            size in 0..30usize,
            per_page in 1..6usize,
            inserting: bool,
            gaps in prop::collection::vec(prop::collection::vec(0..40usize, 0..2), 0..40),
        ) {
            let mut list: Vec<usize> = (0..size).map(|item| item / 3).collect();
            let (mut gaps, mut tracker) = (gaps.iter(), ConsistencyTracker::new(false).positional());
            let (mut page, mut read) = (1usize, Vec::new());
            let complete = loop {
                let from = ((page - 1) * per_page).min(list.len());
                let keys = list[from..(from + per_page).min(list.len())].to_vec();
                read.extend(keys.iter().copied());
                match tracker.accept(keys, Some(list.len() as u64), list.len() > page * per_page) {
                    PageDecision::Fetch(next) => page = next as usize,
                    PageDecision::Restart => (page, read) = (1, Vec::new()),
                    PageDecision::Complete => break true,
                    PageDecision::Shifted { .. } | PageDecision::Endless => break false,
                }
                for at in gaps.next().into_iter().flatten() {
                    if inserting {
                        list.insert(at % (list.len() + 1), at / 3);
                    } else if !list.is_empty() {
                        list.remove(at % list.len());
                    }
                }
            };
            prop_assert!(!complete || read == list, "{read:?} is not {list:?}");
        }

        /// A list that does not change is read completely in one pass, whatever the page size.
        #[test]
        fn an_unchanged_list_is_always_complete(size in 0..60u32, per_page in 1..9usize, confirm: bool) {
            let (seen, throughout) = run(size, per_page, &[], confirm);
            prop_assert_eq!(seen, Some(throughout));
        }
    }
}
