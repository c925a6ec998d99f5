//! A simulated list that changes between requests: it is read as a whole or not at all.

use super::*;
use proptest::prelude::*;

#[test]
fn an_unchanged_list_takes_one_pass() {
    let mut passes = ListPasses::new(false, true);
    assert_eq!(passes.accept([1, 2], Some(3), true), PageDecision::Fetch(2));
    assert_eq!(passes.accept([3], Some(3), false), PageDecision::Complete);
    assert_eq!((passes.number, passes.pages()), (1, 2));
    assert_eq!(ListPasses::<u8>::new(false, true).accept([], Some(0), false), PageDecision::Complete);
    assert_eq!(ListPasses::<u8>::new(true, true).accept([], Some(0), false), PageDecision::Complete);
}

#[test]
fn fewer_items_than_reported_restart_and_then_fail() {
    let mut passes = ListPasses::new(false, true);
    for _ in 1..MAX_PASSES {
        assert_eq!(passes.accept([1, 2], Some(3), false), PageDecision::Restart);
    }
    assert_eq!(passes.accept([1, 2], Some(3), false), PageDecision::Shifted { seen: 2, total: 3 });
}

#[test]
fn a_removal_hidden_by_an_addition_is_detected() {
    let mut passes = ListPasses::new(false, true);
    assert_eq!(passes.accept([1, 2], Some(6), true), PageDecision::Fetch(2));
    // Item 1 was removed, so item 3 moved to page 1. Then item 7 was added.
    assert_eq!(passes.accept([4, 5], Some(5), true), PageDecision::Fetch(3));
    assert_eq!(passes.accept([6, 7], Some(6), false), PageDecision::Restart);
}

#[test]
fn items_added_between_pages_are_accepted() {
    let mut passes = ListPasses::new(false, true);
    assert_eq!(passes.accept([1, 2], Some(3), true), PageDecision::Fetch(2));
    assert_eq!(passes.accept([2, 3, 4], Some(4), false), PageDecision::Complete);
}

#[test]
fn pages_that_do_not_advance_end() {
    let mut passes = ListPasses::new(false, true);
    for _ in 0..MAX_PASSES {
        assert_eq!(passes.accept([1], None, true), PageDecision::Fetch(2));
        let decision = passes.accept([1], None, true);
        assert!(matches!(decision, PageDecision::Restart | PageDecision::Shifted { .. }), "{decision:?}");
    }
    let mut endless = ListPasses::new(false, true);
    let last = (0..MAX_PAGES).map(|item| endless.accept([item], None, true)).last();
    assert_eq!(last, Some(PageDecision::Endless));
}

#[test]
fn confirming_reads_several_pages_twice() {
    let mut passes = ListPasses::new(true, true);
    assert_eq!(passes.accept([1, 2], Some(3), true), PageDecision::Fetch(2));
    assert_eq!(passes.accept([3], Some(3), false), PageDecision::Restart);
    assert_eq!(passes.accept([1, 2], Some(3), true), PageDecision::Fetch(2));
    assert_eq!(passes.accept([3], Some(3), false), PageDecision::Complete);
    assert_eq!(passes.number, 2);

    // Two passes agree, yet an item is on two pages: something moved in both.
    let mut passes = ListPasses::new(true, true);
    for _ in 0..2 {
        assert_eq!(passes.accept([1, 2], Some(3), true), PageDecision::Fetch(2));
        assert_eq!(passes.accept([2, 3], Some(3), false), PageDecision::Restart);
    }
}

#[test]
fn equal_items_are_counted_by_position() {
    let mut passes = ListPasses::new(false, false);
    assert_eq!(passes.accept([1, 1], Some(3), true), PageDecision::Fetch(2));
    assert_eq!(passes.accept([1], Some(3), false), PageDecision::Complete);
    assert_eq!(ListPasses::new(false, false).accept([1, 1], None, false), PageDecision::Complete);
    assert_eq!(ListPasses::<u8>::new(false, false).accept([], Some(0), false), PageDecision::Complete);
}

#[test]
fn positional_lists_need_equal_totals() {
    let mut passes = ListPasses::new(false, false);
    assert_eq!(passes.accept([1, 2], Some(5), true), PageDecision::Fetch(2));
    // An item was added at the start: 2 is read again and cannot be distinguished from another
    // 2.
    assert_eq!(passes.accept([2, 3], Some(6), true), PageDecision::Restart);
    // More items than the total: the pages do not advance.
    assert_eq!(passes.accept([1, 2], Some(3), true), PageDecision::Fetch(2));
    assert_eq!(passes.accept([1, 2], Some(3), true), PageDecision::Restart);
    assert_eq!(passes.accept([1, 2], Some(3), false), PageDecision::Shifted { seen: 2, total: 3 });
}

#[test]
fn positional_lists_without_a_total_need_two_equal_passes() {
    let mut passes = ListPasses::new(false, false);
    for decision in [PageDecision::Restart, PageDecision::Restart, PageDecision::Complete] {
        let second = if passes.number == 1 { 2 } else { 3 };
        assert_eq!(passes.accept([1, 1], None, true), PageDecision::Fetch(2));
        assert_eq!(passes.accept([second], None, false), decision);
    }
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
/// the passes gave up) and the items that were in the list throughout.
fn run(size: u32, per_page: usize, gaps: &[Vec<ListChange>], confirm: bool) -> (Option<HashSet<u32>>, HashSet<u32>) {
    let mut list: Vec<u32> = (0..size).collect();
    let mut throughout: HashSet<u32> = list.iter().copied().collect();
    let (mut fresh, mut gaps) = (size, gaps.iter());
    let mut passes = ListPasses::new(confirm, true);
    let (mut page, mut seen) = (1usize, HashSet::new());
    loop {
        let from = ((page - 1) * per_page).min(list.len());
        let keys = &list[from..(from + per_page).min(list.len())];
        seen.extend(keys.iter().copied());
        match passes.accept(keys.to_vec(), Some(list.len() as u64), list.len() > page * per_page) {
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
        let (mut gaps, mut passes) = (gaps.iter(), ListPasses::new(false, false));
        let (mut page, mut read) = (1usize, Vec::new());
        let complete = loop {
            let from = ((page - 1) * per_page).min(list.len());
            let keys = list[from..(from + per_page).min(list.len())].to_vec();
            read.extend(keys.iter().copied());
            match passes.accept(keys, Some(list.len() as u64), list.len() > page * per_page) {
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
