//! Whether a list that may change while it is read has been read as a whole. Pure.
//!
//! Pages are counted, not anchored: when an item before a page's end goes away between two requests, the first item of the next
//! page moves to the page already read and is never seen. So a walk over the pages counts only if nothing speaks against it; else
//! the list is walked again from page 1, a bounded number of times.
//!
//! Items are told apart by their keys, so that one seen on two pages is one. Where DigitalOcean gives items no id, equal ones may be
//! two, and every place of the list counts ([`ConsistencyTracker::positional`]): then nothing makes up for a list that moved, in either direction, and
//! a walk counts only if every page reports the same total and that many items were read. A list of several pages that reports no total
//! is walked until two walks agree.

use std::collections::HashSet;
use std::hash::Hash;

/// Walks from page 1 before giving up.
const MAX_PASSES: u32 = 3;
/// Pages of one walk before the list counts as endless: 200,000 items at 200 a page.
const MAX_PAGES: u32 = 1_000;

/// What to do after a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PageDecision {
    /// Fetch this page of the same walk.
    Fetch(u32),
    /// Start again at page 1, forgetting what was read.
    Restart,
    /// The list has been read as a whole.
    Complete,
    /// It could not be, in the walks allowed.
    Shifted {
        seen: u64,
        total: u64,
    },
    Endless,
}

/// The walks over one list, by the keys of its items.
#[derive(Debug)]
pub(crate) struct ConsistencyTracker<K> {
    /// Whether a list of several pages must be read twice alike.
    confirm: bool,
    /// Whether every place counts, as keys do not tell items apart.
    positional: bool,
    /// Walks before giving up, without the one that a confirmation takes.
    max_passes: u32,
    /// Number of the walk under way, from 1.
    pub(crate) pass_number: u32,
    pass: ListPass<K>,
    /// The keys of the last sound walk, in order; only to confirm.
    previous: Option<Vec<K>>,
}

#[derive(Debug)]
struct ListPass<K> {
    pages: u32,
    /// The items, each with its place where every place counts.
    seen: HashSet<(u64, K)>,
    order: Vec<K>,
    /// What the last page reported.
    total: Option<u64>,
    highest_total: u64,
    /// Something spoke against it: the total went down, or items were repeated where the walk must be exact.
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

    /// For a list whose items have no id.
    pub(crate) fn positional(self) -> Self {
        Self { positional: true, ..self }
    }

    /// For a reader who cannot take back what was read: there is one walk.
    pub(crate) fn single_pass(self) -> Self {
        Self { max_passes: 1, ..self }
    }

    /// Pages read in the walk under way.
    pub(crate) fn pages(&self) -> u32 {
        self.pass.pages
    }

    /// Takes the keys of the next page, `meta.total` and whether another page follows.
    pub(crate) fn accept(
        &mut self,
        keys: impl IntoIterator<Item = K>,
        total: Option<u64>,
        has_next: bool,
    ) -> PageDecision {
        let confirm = self.confirm || (self.positional && total.is_none());
        let progressed = self.pass.accept(keys, total, confirm, self.positional);
        // Where nothing makes up for a fault, the rest of the walk is not worth its requests.
        let hopeless = self.positional && self.pass.inconsistent;
        if has_next && progressed && !hopeless {
            return if self.pass.pages >= MAX_PAGES {
                PageDecision::Endless
            } else {
                PageDecision::Fetch(self.pass.pages + 1)
            };
        }
        // A page of nothing new that promises more: the list moved by a page, or the pages do not advance.
        let consistent = !has_next && self.pass.is_consistent();
        if consistent && (!confirm || self.is_confirmed()) {
            return PageDecision::Complete;
        }
        let (seen, total) = (self.pass.seen.len() as u64, self.pass.highest_total);
        // A confirmation takes one walk more.
        if self.pass_number >= self.max_passes + u32::from(confirm) {
            return PageDecision::Shifted { seen, total };
        }
        let finished = std::mem::replace(&mut self.pass, ListPass::new());
        self.previous = (consistent && confirm).then_some(finished.order);
        self.pass_number += 1;
        PageDecision::Restart
    }

    /// One response is a snapshot; several are one only if read twice alike. Two walks with the same pages and no item twice
    /// cannot both have missed an item that was there throughout, whatever came and went: everything read before it in the first
    /// was still before it in the second, so it never moved over the end of a page.
    fn is_confirmed(&self) -> bool {
        self.pass.pages == 1 || self.previous.as_ref() == Some(&self.pass.order)
    }
}

impl<K: Eq + Hash + Clone> ListPass<K> {
    fn new() -> Self {
        let (seen, order) = (HashSet::new(), Vec::new());
        Self { pages: 0, seen, order, total: None, highest_total: 0, inconsistent: false }
    }

    /// Whether the page held anything new.
    fn accept(&mut self, keys: impl IntoIterator<Item = K>, total: Option<u64>, exact: bool, positional: bool) -> bool {
        let before = self.seen.len();
        for key in keys {
            if exact {
                self.order.push(key.clone());
            }
            let position = if positional { self.seen.len() as u64 } else { 0 };
            self.inconsistent |= !self.seen.insert((position, key)) && exact;
        }
        // A total that goes down tells of a removal, whatever was added later to make up for it.
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

    /// Fewer items than any page reported: some were missed. More: some were added meanwhile, which is fine.
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
        // 1 is gone: 3 moved to page 1. Then 7 comes.
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

        // Walks that agree, yet with an item on two pages: something moved in both.
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
        // One was added at the head: 2 is read again, and nothing would tell it from another 2.
        assert_eq!(tracker.accept([2, 3], Some(6), true), PageDecision::Restart);
        // More than there should be: pages that do not advance.
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

    /// A change to the list between two requests: positions are taken modulo the length.
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

    /// Walks a list of `size` items in pages of `per_page`, applying the changes of a gap before each request but the first.
    /// Returns what the walk that counted saw (`None` when it gave up) and the items that were there throughout.
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

        /// Between two requests items come or items go: what was there throughout is returned, or nothing is.
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

        /// Confirmed: any number and mix of changes between any two requests.
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

        /// Items come or items go, and many are equal: the list is returned as it was at one moment, or not at all.
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

        /// Nothing changes: one walk, everything, whatever the page size.
        #[test]
        fn an_unchanged_list_is_always_complete(size in 0..60u32, per_page in 1..9usize, confirm: bool) {
            let (seen, throughout) = run(size, per_page, &[], confirm);
            prop_assert_eq!(seen, Some(throughout));
        }
    }
}
