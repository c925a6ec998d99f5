//! The promises about an ingested invoice: pure functions from measurements to violations.

use domain::billing::TieOutStatus;

use super::{IngestRun, Ingested, StoredInvoice};
use crate::checks::{MEMORY_BOUND, blocks};
use crate::text::count;

/// Returns each violated promise as a sentence; empty when all check.
pub(crate) fn violations(ingested: &Ingested) -> Vec<String> {
    let Ingested { first, again, killed, resumed, stored, stored_after_crash, .. } = ingested;
    let mut wrong = Vec::new();
    let mut check = |holds: bool, sentence: String| {
        if !holds {
            wrong.push(format!("invoice of {} lines: {sentence}", count(ingested.lines)));
        }
    };
    for (name, ingest_run) in [("first", first), ("second", again), ("killed", killed), ("resumed", resumed)] {
        let peak = ingest_run.peak_bytes.unwrap_or_default();
        check(
            peak < MEMORY_BOUND,
            format!(
                "the peak memory of the {name} run was {} bytes, the bound is {}",
                count(peak),
                count(MEMORY_BOUND)
            ),
        );
        let crashed = if ingest_run.crashed { "crashed" } else { "did not crash" };
        check(ingest_run.crashed == (name == "killed"), format!("the {name} run {crashed}"));
    }
    let IngestRun { pages, headers, .. } = again;
    check(
        pages + headers == 0,
        format!("the second run wrote {pages} pages of lines and {headers} headers, none are allowed"),
    );
    let (writes, reserved) = (again.table.writes, blocks(again.requests));
    check(
        writes <= reserved,
        format!("the second run made {writes} table writes, {reserved} are enough to reserve its requests"),
    );
    let written = killed.pages + resumed.pages;
    check(
        written == first.pages,
        format!("the killed and the resumed run together wrote {written} pages, the first one {}", first.pages),
    );
    check(
        stored.digest == stored_after_crash.digest,
        "the lines after a crash differ from those of the first run".to_owned(),
    );
    for StoredInvoice { lines, sum, counts, tie_out, amount, complete, .. } in [stored, stored_after_crash] {
        let all = *lines == ingested.lines && counts.lines == ingested.lines;
        check(all, format!("{lines} lines were read back, the invoice header counts {}", counts.lines));
        check(sum == amount, format!("the sum of the lines is {sum}, the amount of the invoice is {amount}"));
        check(*tie_out == TieOutStatus::Balanced, format!("the tie-out is {tie_out:?}"));
        let (matched, known) = (counts.matched, ingested.known);
        check(matched == known, format!("{matched} lines have an owner, {known} name a resource of the mirror"));
        let unexplained = counts.unexplained();
        check(unexplained == 0, format!("{unexplained} lines have neither an owner nor a reason"));
        check(*complete, "a staged or superseded revision of the lines is left".to_owned());
    }
    wrong
}

#[cfg(test)]
mod tests {
    use domain::billing::MatchCounts;
    use rust_decimal::Decimal;

    use super::*;
    use crate::invoice::Reading;

    fn good() -> Ingested {
        let ingest_run = IngestRun { peak_bytes: Some(1), ..IngestRun::default() };
        let stored = StoredInvoice {
            lines: 200,
            sum: Decimal::TEN,
            digest: "d".to_owned(),
            counts: MatchCounts { lines: 200, matched: 10, explained: 190 },
            tie_out: TieOutStatus::Balanced,
            amount: Decimal::TEN,
            complete: true,
        };
        Ingested {
            lines: 200,
            known: 10,
            reading: Reading::default(),
            first: IngestRun { pages: 2, headers: 2, ..ingest_run.clone() },
            again: ingest_run.clone(),
            killed: IngestRun { pages: 1, headers: 1, crashed: true, ..ingest_run.clone() },
            resumed: IngestRun { pages: 1, headers: 1, ..ingest_run },
            stored: stored.clone(),
            stored_after_crash: stored,
        }
    }

    #[test]
    fn a_good_ingest_violates_nothing() {
        assert_eq!(violations(&good()), Vec::<String>::new());
    }

    #[test]
    fn each_violation_is_reported() {
        type Mutation = fn(&mut Ingested);
        let cases: [(Mutation, &str); 13] = [
            (|of| of.first.peak_bytes = Some(MEMORY_BOUND), "the first run was 134,217,728 bytes"),
            (|of| of.killed.crashed = false, "the killed run did not crash"),
            (|of| of.resumed.crashed = true, "the resumed run crashed"),
            (|of| of.again.pages = 1, "wrote 1 pages of lines and 0 headers"),
            (|of| of.again.headers = 1, "wrote 0 pages of lines and 1 headers"),
            (|of| of.again.table.writes = 1, "made 1 table writes, 0 are enough"),
            (|of| of.resumed.pages = 2, "together wrote 3 pages, the first one 2"),
            (|of| of.stored_after_crash.digest.clear(), "differ from those of the first run"),
            (|of| of.stored.lines = 199, "199 lines were read back"),
            (|of| of.stored.sum = Decimal::ONE, "the sum of the lines is 1, the amount of the invoice is 10"),
            (|of| of.stored.tie_out = TieOutStatus::Incomplete, "the tie-out is Incomplete"),
            (|of| of.stored.counts.matched = 9, "9 lines have an owner, 10 name a resource"),
            (|of| of.stored.complete = false, "a staged or superseded revision"),
        ];
        for (mutate, expected) in cases {
            let mut ingested = good();
            mutate(&mut ingested);
            let violations = violations(&ingested);
            assert!(violations.iter().any(|sentence| sentence.contains(expected)), "{expected}: {violations:?}");
        }
    }
}
