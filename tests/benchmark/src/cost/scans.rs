//! The duration of a parent scan at DigitalOcean's real limits, and its number of runs. They are
//! estimated, because the simulator's limit never delays a scan.

use store::Priority;

use super::assumptions::{LISTS_AT_A_TIME, PAGE_SECONDS};
use crate::measured::Run;

/// The seconds of an invocation's 300 s in which a run reads lists. The remaining time is for
/// writing the results and the receipt.
const READING_SECONDS: f64 = 230.0;

/// The estimate of a scan of all of a worker's kinds that are listed parent by parent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct ScanEstimate {
    /// Requests for the children's lists: one for each list, or more.
    pub(crate) lists: f64,
    /// Requests for the list of the parents, which every run reads again.
    pub(crate) parents: f64,
    /// The number of runs of the scan.
    pub(crate) runs: f64,
    /// The seconds in which all runs together read lists.
    pub(crate) seconds: f64,
}

impl ScanEstimate {
    /// Returns the scan of a worker, from the pages of each parent kind's list; all zero for a
    /// worker without such kinds.
    pub(crate) fn of(run: &Run, parent_pages: impl Fn(&str) -> u32) -> Self {
        let mut scan = Self::default();
        for receipt in &run.receipts {
            let Some(parent) = &receipt.parent else { continue };
            let parents = parent_pages(parent).min(receipt.requests);
            scan.add(f64::from(receipt.requests - parents), f64::from(parents));
        }
        scan
    }

    fn add(&mut self, lists: f64, parents: f64) {
        let a_minute = f64::from(Priority::ParentScans.max_available().1);
        let a_second = a_minute / 60.0;
        // The requests of one minute may be made at once; further ones wait for the following
        // minutes.
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

    /// Returns the number of requests of the whole scan.
    pub(crate) fn requests(&self) -> f64 {
        self.lists + self.parents * self.runs.max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_lists_take_one_run_and_no_waiting() {
        let mut scan = ScanEstimate::default();
        scan.add(40.0, 1.0);
        assert_eq!((scan.runs, scan.seconds), (1.0, 40.0 * 0.15 / 4.0 + 0.15));
    }

    #[test]
    fn thousands_of_lists_are_read_at_the_rate_limit() {
        let mut scan = ScanEstimate::default();
        scan.add(3_000.0, 16.0);
        // The quota is 60 requests a minute, one a second.
        assert_eq!(scan.runs, (3_000.0_f64 / (230.0 - 16.0)).ceil());
        assert_eq!(scan.seconds, 3_000.0 + 16.0 * scan.runs);
        assert_eq!(scan.requests(), scan.seconds);
    }
}
