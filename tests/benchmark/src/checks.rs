//! The promises about every pass: pure functions from measurements to violations.

use std::collections::BTreeMap;

use crate::measured::{Measured, Pass, PassName, Run};
use crate::text::count;

/// The bound of memory in bytes, which the peak of every process that sweeps must stay below.
pub(crate) const MEMORY_BOUND: u64 = 128 * 1024 * 1024;
/// The worker whose receipts count no resources: it has a sync state, but mirrors no kind.
const PROJECTS: &str = "projects";

/// Returns each violated promise as a sentence; empty when all hold.
pub(crate) fn violations(measured: &Measured) -> Vec<String> {
    let mut wrong = Violations { of: measured.account.title(), sentences: Vec::new() };
    for one in &measured.passes {
        wrong.pass(one);
    }
    if let Some(first) = measured.passes.first() {
        wrong.items(first, &measured.account.expected());
    }
    wrong.sentences
}

struct Violations {
    of: String,
    sentences: Vec<String>,
}

impl Violations {
    fn report(&mut self, of: &Pass, sentence: &str) {
        self.sentences.push(format!("{}, {}: {sentence}", self.of, of.name.title()));
    }

    fn pass(&mut self, one: &Pass) {
        let sum = |of: fn(&Run) -> u32| one.runs.iter().map(of).sum::<u32>();
        let (pages, requests) =
            (sum(|run| run.sum(|receipt| receipt.pages)), sum(|run| run.sum(|receipt| receipt.requests)));
        // The first empty list of a kind costs one more request, for a resource that does not
        // exist: it tells an account without resources from a token without permission.
        let empty = sum(|run| run.sum(|receipt| u32::from(receipt.items == 0)));
        let others = one.unpaged_requests + if one.name == PassName::Discover { empty } else { 0 };
        if requests != pages + others {
            self.report(one, &format!("{requests} requests to DigitalOcean for {pages} pages and {others} others"));
        }
        if requests != one.simulator_requests {
            let received = one.simulator_requests;
            self.report(one, &format!("the receipts count {requests} requests, the simulator received {received}"));
        }
        let changes = sum(|run| run.sum(|receipt| receipt.changes));
        match one.name {
            PassName::Discover => {}
            PassName::Unchanged if changes > 0 => {
                self.report(one, &format!("the mirror recorded {changes} changes, but none were made"));
            }
            PassName::OnePercent if changes != one.changed => {
                self.report(one, &format!("the mirror recorded {changes} changes, but {} were made", one.changed));
            }
            PassName::Unchanged | PassName::OnePercent => {}
        }
        for run in &one.runs {
            self.run(one, run);
        }
    }

    fn run(&mut self, one: &Pass, run: &Run) {
        let worker = &run.worker;
        for receipt in run.receipts.iter().filter(|receipt| !receipt.complete) {
            self.report(one, &format!("the sweep of {} by {worker} is not complete", receipt.target));
        }
        if let Some(peak) = run.peak_bytes.filter(|peak| *peak >= MEMORY_BOUND) {
            self.report(
                one,
                &format!("the peak memory of {worker} was {} bytes, the bound is {}", count(peak), count(MEMORY_BOUND)),
            );
        }
        let changes = run.sum(|receipt| receipt.changes);
        let (writes, allowed) = (run.table.writes, allowed_writes(run));
        if writes > allowed {
            self.report(
                one,
                &format!("{worker} made {writes} table writes for {changes} changes, {allowed} are allowed"),
            );
        }
    }

    fn items(&mut self, first: &Pass, expected: &BTreeMap<&'static str, u32>) {
        for receipt in first.runs.iter().filter(|run| run.worker != PROJECTS).flat_map(|run| &run.receipts) {
            let kind = if receipt.target == "droplet_fast" { "droplet" } else { receipt.target.as_str() };
            // A kind that is not in the mixture has an empty list.
            let expected_items = expected.get(kind).copied().unwrap_or_default();
            if expected_items != receipt.items {
                self.report(
                    first,
                    &format!(
                        "{} resources of the kind {} were found, the account has {expected_items}",
                        receipt.items, receipt.target
                    ),
                );
            }
        }
    }
}

/// Returns the table writes that a run may make: one for each change, two for each sync state and
/// further message (lease and receipt), and those that reserve its requests in blocks, see
/// [`blocks`].
fn allowed_writes(run: &Run) -> usize {
    let further = run.messages.saturating_sub(1) as usize;
    // Parent scans have another quota than full sweeps, so their blocks are counted apart. A
    // further message may leave a block unused.
    let requests =
        |scans: bool| run.sum(|receipt| if receipt.parent.is_some() == scans { receipt.requests } else { 0 });
    let reserved = blocks(requests(false)) + blocks(requests(true)) + further;
    run.sum(|receipt| receipt.changes) as usize + 2 * (run.receipts.len() + further) + reserved
}

/// Returns the number of blocks in which so many requests are reserved. The first block has 4
/// requests; the size doubles up to 64 (`access::QuotaClient`).
pub(crate) fn blocks(requests: u32) -> usize {
    let (mut blocks, mut size, mut left) = (0, 4, requests);
    while left > 0 {
        blocks += 1;
        left = left.saturating_sub(size);
        size = (size * 2).min(64);
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Account;
    use crate::measured::{Baseline, Size, SyncReceipt, TableUsage};

    /// Returns an unchanged pass over 1,000 droplets: 5 pages and the empty one of the GPU
    /// droplets.
    fn droplets() -> Measured {
        let receipt = SyncReceipt {
            target: "droplet".to_owned(),
            complete: true,
            items: 1_000,
            pages: 6,
            requests: 6,
            ..SyncReceipt::default()
        };
        let table = TableUsage { writes: 4, ..TableUsage::default() };
        let run = Run { worker: "droplets".to_owned(), messages: 1, receipts: vec![receipt], table, ..Run::default() };
        let pass =
            Pass { name: PassName::Unchanged, runs: vec![run], simulator_requests: 6, unpaged_requests: 0, changed: 0 };
        let (size, baseline) = (Size::default(), Baseline::default());
        Measured { account: Account::of_droplets(1_000), passes: vec![pass], size, baseline }
    }

    #[test]
    fn a_good_pass_violates_nothing() {
        assert_eq!(violations(&droplets()), Vec::<String>::new());
    }

    #[test]
    fn each_violation_is_reported() {
        type Mutation = fn(&mut Pass);
        let cases: [(Mutation, &str); 8] = [
            (|pass| pass.runs[0].receipts[0].pages = 5, "6 requests to DigitalOcean for 5 pages"),
            (|pass| pass.simulator_requests = 7, "the simulator received 7"),
            (|pass| pass.runs[0].receipts[0].changes = 1, "recorded 1 changes, but none were made"),
            (|pass| (pass.name, pass.changed) = (PassName::OnePercent, 3), "recorded 0 changes, but 3 were made"),
            (|pass| pass.runs[0].receipts[0].complete = false, "is not complete"),
            (|pass| pass.runs[0].peak_bytes = Some(MEMORY_BOUND), "134,217,728 bytes"),
            (|pass| pass.runs[0].table.writes = 5, "5 table writes for 0 changes, 4 are allowed"),
            (
                |pass| pass.runs[0].receipts[0].items = 999,
                "999 resources of the kind droplet were found, the account has 1000",
            ),
        ];
        for (mutate, expected) in cases {
            let mut measured = droplets();
            mutate(&mut measured.passes[0]);
            let violations = violations(&measured);
            assert!(violations.iter().any(|sentence| sentence.contains(expected)), "{expected}: {violations:?}");
        }
    }

    #[test]
    fn blocks_double_up_to_64() {
        for (requests, expected) in [(0, 0), (4, 1), (5, 2), (12, 2), (124, 5), (125, 6), (188, 6)] {
            assert_eq!(blocks(requests), expected, "{requests}");
        }
    }
}
