//! What must hold of every pass. Pure.

use std::collections::BTreeMap;

use crate::account::expected;
use crate::measured::{Measured, Pass, PassName, Run};
use crate::text::{count, pass};

/// No process that sweeps may ever hold as much memory.
pub(crate) const MEMORY_BOUND: u64 = 128 * 1024 * 1024;
/// The projects worker has a lane, and no resources of its own.
const PROJECTS: &str = "projects";

/// What does not hold, in sentences; empty when all is well.
pub(crate) fn violations(measured: &Measured) -> Vec<String> {
    let mut wrong = Violations { of: measured.account.title(), sentences: Vec::new() };
    for one in &measured.passes {
        wrong.pass(one);
    }
    if let Some(first) = measured.passes.first() {
        wrong.finds(first, &expected(measured.account));
    }
    wrong.sentences
}

struct Violations {
    of: String,
    sentences: Vec<String>,
}

impl Violations {
    fn say(&mut self, of: &Pass, sentence: &str) {
        self.sentences.push(format!("{}, {}: {sentence}", self.of, pass(of.name)));
    }

    fn pass(&mut self, one: &Pass) {
        let sum = |of: fn(&Run) -> u32| one.runs.iter().map(of).sum::<u32>();
        let (pages, requests) =
            (sum(|run| run.sum(|receipt| receipt.pages)), sum(|run| run.sum(|receipt| receipt.requests)));
        if requests != pages + one.no_pages {
            self.say(
                one,
                &format!("{requests} requests to DigitalOcean for {pages} pages and {} others", one.no_pages),
            );
        }
        if requests != one.simulator_requests {
            let got = one.simulator_requests;
            self.say(one, &format!("the receipts tell of {requests} requests, DigitalOcean got {got}"));
        }
        let changes = sum(|run| run.sum(|receipt| receipt.changes));
        match one.name {
            PassName::Discover => {}
            PassName::Unchanged if changes > 0 => self.say(one, &format!("{changes} changes where nothing changed")),
            PassName::OnePercent if changes != one.changed => {
                self.say(one, &format!("{changes} changes, somebody made {}", one.changed));
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
            self.say(one, &format!("the lane {} of {worker} is not complete", receipt.target));
        }
        if let Some(peak) = run.peak_bytes.filter(|peak| *peak >= MEMORY_BOUND) {
            self.say(one, &format!("{worker} held {} bytes, the bound is {}", count(peak), count(MEMORY_BOUND)));
        }
        let changes = run.sum(|receipt| receipt.changes);
        let (writes, allowed) = (run.table.writes, allowed_writes(run));
        if writes > allowed {
            self.say(one, &format!("{worker} made {writes} writes for {changes} changes, {allowed} would do"));
        }
    }

    fn finds(&mut self, first: &Pass, expected: &BTreeMap<&'static str, u32>) {
        for receipt in first.runs.iter().filter(|run| run.worker != PROJECTS).flat_map(|run| &run.receipts) {
            let wanted = expected
                .get(receipt.target.as_str())
                .or_else(|| (receipt.target == "droplet_fast").then(|| &expected["droplet"]));
            if wanted != Some(&receipt.items) {
                let wanted = wanted.copied().unwrap_or_default();
                self.say(first, &format!("{} {} found, there are {wanted}", receipt.items, receipt.target));
            }
        }
    }
}

/// The writes that a run may make: one for each change, two for each lane and message (its lease, its receipt), and those that reserve its
/// requests in blocks, see [`blocks`].
fn allowed_writes(run: &Run) -> usize {
    let further = run.messages.saturating_sub(1) as usize;
    // Rounds come out of another share than full sweeps; a further message may leave a block unused.
    let requests =
        |rounds: bool| run.sum(|receipt| if receipt.parent.is_some() == rounds { receipt.requests } else { 0 });
    let reserved = blocks(requests(false)) + blocks(requests(true)) + further;
    run.sum(|receipt| receipt.changes) as usize + 2 * (run.receipts.len() + further) + reserved
}

/// How often so many requests are reserved: in blocks that begin small, double, and stay at 64 (`access::QuotaClient`).
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

    /// An unchanged pass over 1,000 droplets: 5 pages and the empty one of the GPU droplets.
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
        let pass = Pass { name: PassName::Unchanged, runs: vec![run], simulator_requests: 6, no_pages: 0, changed: 0 };
        let (size, baseline) = (Size::default(), Baseline::default());
        Measured { account: Account::of_droplets(1_000), passes: vec![pass], size, baseline }
    }

    #[test]
    fn a_good_pass_violates_nothing() {
        assert_eq!(violations(&droplets()), Vec::<String>::new());
    }

    #[test]
    fn whatever_is_wrong_is_said() {
        type Mutation = fn(&mut Pass);
        let cases: [(Mutation, &str); 8] = [
            (|pass| pass.runs[0].receipts[0].pages = 5, "6 requests to DigitalOcean for 5 pages"),
            (|pass| pass.simulator_requests = 7, "DigitalOcean got 7"),
            (|pass| pass.runs[0].receipts[0].changes = 1, "1 changes where nothing changed"),
            (|pass| (pass.name, pass.changed) = (PassName::OnePercent, 3), "0 changes, somebody made 3"),
            (|pass| pass.runs[0].receipts[0].complete = false, "is not complete"),
            (|pass| pass.runs[0].peak_bytes = Some(MEMORY_BOUND), "134,217,728 bytes"),
            (|pass| pass.runs[0].table.writes = 5, "5 writes for 0 changes, 4 would do"),
            (|pass| pass.runs[0].receipts[0].items = 999, "999 droplet found, there are 1000"),
        ];
        for (spoil, said) in cases {
            let mut measured = droplets();
            spoil(&mut measured.passes[0]);
            let violations = violations(&measured);
            assert!(violations.iter().any(|sentence| sentence.contains(said)), "{said}: {violations:?}");
        }
    }

    #[test]
    fn blocks_double_up_to_64() {
        for (requests, expected) in [(0, 0), (4, 1), (5, 2), (12, 2), (124, 5), (125, 6), (188, 6)] {
            assert_eq!(blocks(requests), expected, "{requests}");
        }
    }
}
