//! What must hold of an invoice that was taken in. Pure.

use domain::billing::TieOutStatus;

use super::{IngestRun, Ingested, StoredInvoice};
use crate::checks::{MEMORY_BOUND, blocks};
use crate::text::count;

/// What does not hold, in sentences; empty when all is well.
pub(crate) fn violations(ingested: &Ingested) -> Vec<String> {
    let Ingested { first, again, killed, resumed, stored, stored_after_crash, .. } = ingested;
    let mut wrong = Vec::new();
    let mut hold = |holds: bool, sentence: String| {
        if !holds {
            wrong.push(format!("invoice of {} lines: {sentence}", count(ingested.lines)));
        }
    };
    for (name, ingest_run) in [("first", first), ("second", again), ("killed", killed), ("resumed", resumed)] {
        let peak = ingest_run.peak_bytes.unwrap_or_default();
        hold(
            peak < MEMORY_BOUND,
            format!("the {name} run held {} bytes, the bound is {}", count(peak), count(MEMORY_BOUND)),
        );
        let crashed = if ingest_run.crashed { "crashed" } else { "did not crash" };
        hold(ingest_run.crashed == (name == "killed"), format!("the {name} run {crashed}"));
    }
    let IngestRun { pages, headers, .. } = again;
    hold(pages + headers == 0, format!("taken in again, {pages} pages of lines and {headers} headers were written"));
    let (writes, reserved) = (again.table.writes, blocks(again.requests));
    hold(
        writes <= reserved,
        format!("taken in again, {writes} writes were made, {reserved} would reserve its requests"),
    );
    let written = killed.pages + resumed.pages;
    hold(
        written == first.pages,
        format!("the killed and the resumed run wrote {written} pages, the undisturbed one {}", first.pages),
    );
    hold(stored.digest == stored_after_crash.digest, "after a death the lines say something else".to_owned());
    for StoredInvoice { lines, sum, counts, tie_out, amount, complete, .. } in [stored, stored_after_crash] {
        let all = *lines == ingested.lines && counts.lines == ingested.lines;
        hold(all, format!("{lines} lines are there, and the invoice says {}", counts.lines));
        hold(sum == amount, format!("the lines come to {sum}, the invoice to {amount}"));
        hold(*tie_out == TieOutStatus::Balanced, format!("its sums are {tie_out:?}"));
        let (matched, known) = (counts.matched, ingested.known);
        hold(matched == known, format!("{matched} lines have an owner, {known} name one that is known"));
        let unexplained = counts.unexplained();
        hold(unexplained == 0, format!("{unexplained} lines have neither an owner nor a reason"));
        hold(*complete, "a draft, or lines that are to be retired, are left".to_owned());
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
    fn whatever_is_wrong_is_said() {
        type Mutation = fn(&mut Ingested);
        let cases: [(Mutation, &str); 13] = [
            (|of| of.first.peak_bytes = Some(MEMORY_BOUND), "the first run held 134,217,728 bytes"),
            (|of| of.killed.crashed = false, "the killed run did not crash"),
            (|of| of.resumed.crashed = true, "the resumed run crashed"),
            (|of| of.again.pages = 1, "1 pages of lines and 0 headers were written"),
            (|of| of.again.headers = 1, "0 pages of lines and 1 headers were written"),
            (|of| of.again.table.writes = 1, "1 writes were made, 0 would reserve"),
            (|of| of.resumed.pages = 2, "wrote 3 pages, the undisturbed one 2"),
            (|of| of.stored_after_crash.digest.clear(), "say something else"),
            (|of| of.stored.lines = 199, "199 lines are there"),
            (|of| of.stored.sum = Decimal::ONE, "the lines come to 1, the invoice to 10"),
            (|of| of.stored.tie_out = TieOutStatus::Incomplete, "its sums are Incomplete"),
            (|of| of.stored.counts.matched = 9, "9 lines have an owner, 10 name one"),
            (|of| of.stored.complete = false, "a draft"),
        ];
        for (spoil, said) in cases {
            let mut ingested = good();
            spoil(&mut ingested);
            let violations = violations(&ingested);
            assert!(violations.iter().any(|sentence| sentence.contains(said)), "{said}: {violations:?}");
        }
    }
}
