//! Whether a list that may change while it is read has been read as a whole. Pure.
//!
//! Pages are counted, not anchored: when an item before a page's end goes away between two requests, the first item of the next
//! page moves to the page already read and is never seen. So a walk over the pages counts only if nothing speaks against it; else
//! the list is walked again from page 1, a bounded number of times.
//!
//! Items are told apart by their keys, so that one seen on two pages is one. Where DigitalOcean gives items no id, equal ones may be
//! two, and every place of the list counts ([`Walks::by_place`]): then nothing makes up for a list that moved, in either direction, and
//! a walk counts only if every page reports the same total and that many items were read. A list of several pages that reports no total
//! is walked until two walks agree.

use std::collections::HashSet;
use std::hash::Hash;

/// Walks from page 1 before giving up.
const MAX_WALKS: u32 = 3;
/// Pages of one walk before the list counts as endless: 200,000 items at 200 a page.
const MAX_PAGES: u32 = 1_000;

/// What to do after a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
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
pub(crate) struct Walks<K> {
    /// Whether a list of several pages must be read twice alike.
    confirm: bool,
    /// Whether every place counts, as keys do not tell items apart.
    by_place: bool,
    /// Walks before giving up, without the one that a confirmation takes.
    most: u32,
    /// Number of the walk under way, from 1.
    pub(crate) number: u32,
    walk: Walk<K>,
    /// The keys of the last sound walk, in order; only to confirm.
    previous: Option<Vec<K>>,
}

#[derive(Debug)]
struct Walk<K> {
    pages: u32,
    /// The items, each with its place where every place counts.
    seen: HashSet<(u64, K)>,
    order: Vec<K>,
    /// What the last page reported.
    total: Option<u64>,
    highest_total: u64,
    /// Something spoke against it: the total went down, or items were repeated where the walk must be exact.
    unsound: bool,
}

impl<K: Eq + Hash + Clone> Walks<K> {
    pub(crate) fn new(confirm: bool) -> Self {
        Self { confirm, by_place: false, most: MAX_WALKS, number: 1, walk: Walk::new(), previous: None }
    }

    /// For a list whose items have no id.
    pub(crate) fn by_place(self) -> Self {
        Self { by_place: true, ..self }
    }

    /// For a reader who cannot take back what was read: there is one walk.
    pub(crate) fn once(self) -> Self {
        Self { most: 1, ..self }
    }

    /// Pages read in the walk under way.
    pub(crate) fn pages(&self) -> u32 {
        self.walk.pages
    }

    /// Takes the keys of the next page, `meta.total` and whether another page follows.
    pub(crate) fn accept(&mut self, keys: impl IntoIterator<Item = K>, total: Option<u64>, has_next: bool) -> Step {
        let confirm = self.confirm || (self.by_place && total.is_none());
        let progressed = self.walk.accept(keys, total, confirm, self.by_place);
        // Where nothing makes up for a fault, the rest of the walk is not worth its requests.
        let lost = self.by_place && self.walk.unsound;
        if has_next && progressed && !lost {
            return if self.walk.pages >= MAX_PAGES { Step::Endless } else { Step::Fetch(self.walk.pages + 1) };
        }
        // A page of nothing new that promises more: the list moved by a page, or the pages do not advance.
        let sound = !has_next && self.walk.is_sound();
        if sound && (!confirm || self.is_confirmed()) {
            return Step::Complete;
        }
        let (seen, total) = (self.walk.seen.len() as u64, self.walk.highest_total);
        // A confirmation takes one walk more.
        if self.number >= self.most + u32::from(confirm) {
            return Step::Shifted { seen, total };
        }
        let walk = std::mem::replace(&mut self.walk, Walk::new());
        self.previous = (sound && confirm).then_some(walk.order);
        self.number += 1;
        Step::Restart
    }

    /// One response is a snapshot; several are one only if read twice alike. Two walks with the same pages and no item twice
    /// cannot both have missed an item that was there throughout, whatever came and went: everything read before it in the first
    /// was still before it in the second, so it never moved over the end of a page.
    fn is_confirmed(&self) -> bool {
        self.walk.pages == 1 || self.previous.as_ref() == Some(&self.walk.order)
    }
}

impl<K: Eq + Hash + Clone> Walk<K> {
    fn new() -> Self {
        let (seen, order) = (HashSet::new(), Vec::new());
        Self { pages: 0, seen, order, total: None, highest_total: 0, unsound: false }
    }

    /// Whether the page held anything new.
    fn accept(&mut self, keys: impl IntoIterator<Item = K>, total: Option<u64>, exact: bool, by_place: bool) -> bool {
        let before = self.seen.len();
        for key in keys {
            if exact {
                self.order.push(key.clone());
            }
            let place = if by_place { self.seen.len() as u64 } else { 0 };
            self.unsound |= !self.seen.insert((place, key)) && exact;
        }
        // A total that goes down tells of a removal, whatever was added later to make up for it.
        self.unsound |= total.is_some_and(|total| total < self.highest_total);
        if by_place {
            let changed = self.pages > 0 && total != self.total;
            self.unsound |= changed || total.is_some_and(|total| total < self.seen.len() as u64);
        }
        self.pages += 1;
        self.total = total;
        self.highest_total = self.highest_total.max(total.unwrap_or(0));
        self.seen.len() > before
    }

    /// Fewer items than any page reported: some were missed. More: some were added meanwhile, which is fine.
    fn is_sound(&self) -> bool {
        !self.unsound && self.seen.len() as u64 >= self.highest_total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_quiet_list_takes_one_walk() {
        let mut walks = Walks::new(false);
        assert_eq!(walks.accept([1, 2], Some(3), true), Step::Fetch(2));
        assert_eq!(walks.accept([3], Some(3), false), Step::Complete);
        assert_eq!((walks.number, walks.pages()), (1, 2));
        assert_eq!(Walks::<u8>::new(false).accept([], Some(0), false), Step::Complete);
        assert_eq!(Walks::<u8>::new(true).accept([], Some(0), false), Step::Complete);
    }

    #[test]
    fn fewer_items_than_reported_restart_and_then_fail() {
        let mut walks = Walks::new(false);
        for _ in 1..MAX_WALKS {
            assert_eq!(walks.accept([1, 2], Some(3), false), Step::Restart);
        }
        assert_eq!(walks.accept([1, 2], Some(3), false), Step::Shifted { seen: 2, total: 3 });
    }

    #[test]
    fn a_removal_made_up_for_by_an_addition_is_noticed() {
        let mut walks = Walks::new(false);
        assert_eq!(walks.accept([1, 2], Some(6), true), Step::Fetch(2));
        // 1 is gone: 3 moved to page 1. Then 7 comes.
        assert_eq!(walks.accept([4, 5], Some(5), true), Step::Fetch(3));
        assert_eq!(walks.accept([6, 7], Some(6), false), Step::Restart);
    }

    #[test]
    fn items_added_meanwhile_are_fine() {
        let mut walks = Walks::new(false);
        assert_eq!(walks.accept([1, 2], Some(3), true), Step::Fetch(2));
        assert_eq!(walks.accept([2, 3, 4], Some(4), false), Step::Complete);
    }

    #[test]
    fn pages_that_do_not_advance_end() {
        let mut walks = Walks::new(false);
        for _ in 0..MAX_WALKS {
            assert_eq!(walks.accept([1], None, true), Step::Fetch(2));
            let step = walks.accept([1], None, true);
            assert!(matches!(step, Step::Restart | Step::Shifted { .. }), "{step:?}");
        }
        let mut endless = Walks::new(false);
        let last = (0..MAX_PAGES).map(|item| endless.accept([item], None, true)).last();
        assert_eq!(last, Some(Step::Endless));
    }

    #[test]
    fn confirming_reads_several_pages_twice() {
        let mut walks = Walks::new(true);
        assert_eq!(walks.accept([1, 2], Some(3), true), Step::Fetch(2));
        assert_eq!(walks.accept([3], Some(3), false), Step::Restart);
        assert_eq!(walks.accept([1, 2], Some(3), true), Step::Fetch(2));
        assert_eq!(walks.accept([3], Some(3), false), Step::Complete);
        assert_eq!(walks.number, 2);

        // Walks that agree, yet with an item on two pages: something moved in both.
        let mut walks = Walks::new(true);
        for _ in 0..2 {
            assert_eq!(walks.accept([1, 2], Some(3), true), Step::Fetch(2));
            assert_eq!(walks.accept([2, 3], Some(3), false), Step::Restart);
        }
    }

    #[test]
    fn equal_items_are_two_where_places_count() {
        let mut walks = Walks::new(false).by_place();
        assert_eq!(walks.accept([1, 1], Some(3), true), Step::Fetch(2));
        assert_eq!(walks.accept([1], Some(3), false), Step::Complete);
        assert_eq!(Walks::new(false).by_place().accept([1, 1], None, false), Step::Complete);
        assert_eq!(Walks::<u8>::new(false).by_place().accept([], Some(0), false), Step::Complete);
    }

    #[test]
    fn where_places_count_the_totals_must_agree() {
        let mut walks = Walks::new(false).by_place();
        assert_eq!(walks.accept([1, 2], Some(5), true), Step::Fetch(2));
        // One was added at the head: 2 is read again, and nothing would tell it from another 2.
        assert_eq!(walks.accept([2, 3], Some(6), true), Step::Restart);
        // More than there should be: pages that do not advance.
        assert_eq!(walks.accept([1, 2], Some(3), true), Step::Fetch(2));
        assert_eq!(walks.accept([1, 2], Some(3), true), Step::Restart);
        assert_eq!(walks.accept([1, 2], Some(3), false), Step::Shifted { seen: 2, total: 3 });
    }

    #[test]
    fn where_places_count_and_no_total_is_told_two_walks_agree() {
        let mut walks = Walks::new(false).by_place();
        for step in [Step::Restart, Step::Restart, Step::Complete] {
            let second = if walks.number == 1 { 2 } else { 3 };
            assert_eq!(walks.accept([1, 1], None, true), Step::Fetch(2));
            assert_eq!(walks.accept([second], None, false), step);
        }
    }

    #[test]
    fn what_cannot_be_taken_back_is_walked_once() {
        let mut walks = Walks::new(false).by_place().once();
        assert_eq!(walks.accept([1], Some(2), true), Step::Fetch(2));
        assert_eq!(walks.accept([2], Some(3), true), Step::Shifted { seen: 2, total: 3 });
    }

    /// A change to the list between two requests: positions are taken modulo the length.
    #[derive(Clone, Copy, Debug)]
    enum Change {
        Insert(usize),
        Remove(usize),
    }

    fn inserts() -> impl Strategy<Value = Vec<Change>> {
        prop::collection::vec((0..40usize).prop_map(Change::Insert), 0..3)
    }

    fn removals() -> impl Strategy<Value = Vec<Change>> {
        prop::collection::vec((0..40usize).prop_map(Change::Remove), 0..3)
    }

    fn any_changes() -> impl Strategy<Value = Vec<Change>> {
        (removals(), inserts(), removals()).prop_map(|(first, second, third)| [first, second, third].concat())
    }

    /// Walks a list of `size` items in pages of `per_page`, applying the changes of a gap before each request but the first.
    /// Returns what the walk that counted saw (`None` when it gave up) and the items that were there throughout.
    fn run(size: u32, per_page: usize, gaps: &[Vec<Change>], confirm: bool) -> (Option<HashSet<u32>>, HashSet<u32>) {
        let mut list: Vec<u32> = (0..size).collect();
        let mut throughout: HashSet<u32> = list.iter().copied().collect();
        let (mut fresh, mut gaps) = (size, gaps.iter());
        let mut walks = Walks::new(confirm);
        let (mut page, mut seen) = (1usize, HashSet::new());
        loop {
            let from = ((page - 1) * per_page).min(list.len());
            let keys = &list[from..(from + per_page).min(list.len())];
            seen.extend(keys.iter().copied());
            match walks.accept(keys.to_vec(), Some(list.len() as u64), list.len() > page * per_page) {
                Step::Fetch(next) => page = next as usize,
                Step::Restart => (page, seen) = (1, HashSet::new()),
                Step::Complete => return (Some(seen), throughout),
                Step::Shifted { .. } | Step::Endless => return (None, throughout),
            }
            for change in gaps.next().into_iter().flatten() {
                match change {
                    Change::Insert(at) => {
                        list.insert(at % (list.len() + 1), fresh);
                        fresh += 1;
                    }
                    Change::Remove(at) if !list.is_empty() => {
                        throughout.remove(&list.remove(at % list.len()));
                    }
                    Change::Remove(_) => {}
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
            let (mut gaps, mut walks) = (gaps.iter(), Walks::new(false).by_place());
            let (mut page, mut read) = (1usize, Vec::new());
            let complete = loop {
                let from = ((page - 1) * per_page).min(list.len());
                let keys = list[from..(from + per_page).min(list.len())].to_vec();
                read.extend(keys.iter().copied());
                match walks.accept(keys, Some(list.len() as u64), list.len() > page * per_page) {
                    Step::Fetch(next) => page = next as usize,
                    Step::Restart => (page, read) = (1, Vec::new()),
                    Step::Complete => break true,
                    Step::Shifted { .. } | Step::Endless => break false,
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
        fn a_quiet_list_is_always_complete(size in 0..60u32, per_page in 1..9usize, confirm: bool) {
            let (seen, throughout) = run(size, per_page, &[], confirm);
            prop_assert_eq!(seen, Some(throughout));
        }
    }
}
