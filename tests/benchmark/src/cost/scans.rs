//! How long a round over many parents takes at DigitalOcean's real limits, and in how many runs: the simulator's limit never holds one up.

use store::Priority;

use super::assumptions::{LISTS_AT_A_TIME, PAGE_SECONDS};
use crate::measured::Run;

/// What of an invocation's 300 s a run reads lists in: the rest is for writing what they said and for the receipt.
const READING_SECONDS: f64 = 230.0;

/// A round of a worker's lanes that are listed parent by parent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct ScanEstimate {
    /// Lists to be read: a request each, or more.
    pub(crate) lists: f64,
    /// Requests for the list of the parents, which every run reads anew.
    pub(crate) parents: f64,
    /// Runs that it takes.
    pub(crate) runs: f64,
    /// How long the runs take for reading.
    pub(crate) seconds: f64,
}

impl ScanEstimate {
    /// The round of a worker whose parents' lists have so many pages; nothing for one that has no such lanes.
    pub(crate) fn of(run: &Run, parent_pages: impl Fn(&str) -> u32) -> Self {
        let mut round = Self::default();
        for receipt in &run.receipts {
            let Some(parent) = &receipt.parent else { continue };
            let parents = parent_pages(parent).min(receipt.requests);
            round.add(f64::from(receipt.requests - parents), f64::from(parents));
        }
        round
    }

    fn add(&mut self, lists: f64, parents: f64) {
        let a_minute = f64::from(Priority::ParentScans.max_available().1);
        let a_second = a_minute / 60.0;
        // What a minute allows may be used at once; what goes beyond it waits for the next ones.
        let waits = lists + parents > a_minute;
        let of_a_run = (READING_SECONDS * a_second - parents).max(1.0);
        let runs = if waits { (lists / of_a_run).ceil() } else { 1.0 };
        self.lists += lists;
        self.parents += parents;
        self.runs += runs;
        self.seconds += match waits {
            true => (lists + runs * parents) / a_second,
            false => lists * PAGE_SECONDS / LISTS_AT_A_TIME + parents * PAGE_SECONDS,
        };
    }

    /// All its requests.
    pub(crate) fn requests(&self) -> f64 {
        self.lists + self.parents * self.runs.max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_lists_take_one_run_and_no_waiting() {
        let mut round = ScanEstimate::default();
        round.add(40.0, 1.0);
        assert_eq!((round.runs, round.seconds), (1.0, 40.0 * 0.15 / 4.0 + 0.15));
    }

    #[test]
    fn thousands_go_at_the_pace_of_the_limit() {
        let mut round = ScanEstimate::default();
        round.add(3_000.0, 16.0);
        // 60 a minute.
        assert_eq!(round.runs, (3_000.0_f64 / (230.0 - 16.0)).ceil());
        assert_eq!(round.seconds, 3_000.0 + 16.0 * round.runs);
        assert_eq!(round.requests(), round.seconds);
    }
}
