//! What must hold of an invoice that was taken in. Pure.

use domain::billing::TieOutStatus;

use super::{Ingested, Intake, Shown};
use crate::checks::{MEMORY_BOUND, blocks};
use crate::text::count;

/// What does not hold, in sentences; empty when all is well.
pub(crate) fn violations(ingested: &Ingested) -> Vec<String> {
    let Ingested { first, again, killed, resumed, shown, shown_after_death, .. } = ingested;
    let mut wrong = Vec::new();
    let mut hold = |holds: bool, sentence: String| {
        if !holds {
            wrong.push(format!("invoice of {} lines: {sentence}", count(ingested.lines)));
        }
    };
    for (name, intake) in [("first", first), ("second", again), ("killed", killed), ("resumed", resumed)] {
        let peak = intake.peak_bytes.unwrap_or_default();
        hold(
            peak < MEMORY_BOUND,
            format!("the {name} run held {} bytes, the bound is {}", count(peak), count(MEMORY_BOUND)),
        );
        let died = if intake.died { "died" } else { "did not die" };
        hold(intake.died == (name == "killed"), format!("the {name} run {died}"));
    }
    let Intake { pages, heads, .. } = again;
    hold(pages + heads == 0, format!("taken in again, {pages} pages of lines and {heads} heads were written"));
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
    hold(shown.digest == shown_after_death.digest, "after a death the lines say something else".to_owned());
    for Shown { lines, sum, counts, tie_out, amount, settled, .. } in [shown, shown_after_death] {
        let all = *lines == ingested.lines && counts.lines == ingested.lines;
        hold(all, format!("{lines} lines are there, and the invoice says {}", counts.lines));
        hold(sum == amount, format!("the lines come to {sum}, the invoice to {amount}"));
        hold(*tie_out == TieOutStatus::Balanced, format!("its sums are {tie_out:?}"));
        let (matched, known) = (counts.matched, ingested.known);
        hold(matched == known, format!("{matched} lines have an owner, {known} name one that is known"));
        let unexplained = counts.unexplained();
        hold(unexplained == 0, format!("{unexplained} lines have neither an owner nor a reason"));
        hold(*settled, "a draft, or lines that are to be retired, are left".to_owned());
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
        let intake = Intake { peak_bytes: Some(1), ..Intake::default() };
        let shown = Shown {
            lines: 200,
            sum: Decimal::TEN,
            digest: "d".to_owned(),
            counts: MatchCounts { lines: 200, matched: 10, explained: 190 },
            tie_out: TieOutStatus::Balanced,
            amount: Decimal::TEN,
            settled: true,
        };
        Ingested {
            lines: 200,
            known: 10,
            reading: Reading::default(),
            first: Intake { pages: 2, heads: 2, ..intake.clone() },
            again: intake.clone(),
            killed: Intake { pages: 1, heads: 1, died: true, ..intake.clone() },
            resumed: Intake { pages: 1, heads: 1, ..intake },
            shown: shown.clone(),
            shown_after_death: shown,
        }
    }

    #[test]
    fn a_good_ingest_violates_nothing() {
        assert_eq!(violations(&good()), Vec::<String>::new());
    }

    #[test]
    fn whatever_is_wrong_is_said() {
        type Spoil = fn(&mut Ingested);
        let cases: [(Spoil, &str); 13] = [
            (|of| of.first.peak_bytes = Some(MEMORY_BOUND), "the first run held 134,217,728 bytes"),
            (|of| of.killed.died = false, "the killed run did not die"),
            (|of| of.resumed.died = true, "the resumed run died"),
            (|of| of.again.pages = 1, "1 pages of lines and 0 heads were written"),
            (|of| of.again.heads = 1, "0 pages of lines and 1 heads were written"),
            (|of| of.again.table.writes = 1, "1 writes were made, 0 would reserve"),
            (|of| of.resumed.pages = 2, "wrote 3 pages, the undisturbed one 2"),
            (|of| of.shown_after_death.digest.clear(), "say something else"),
            (|of| of.shown.lines = 199, "199 lines are there"),
            (|of| of.shown.sum = Decimal::ONE, "the lines come to 1, the invoice to 10"),
            (|of| of.shown.tie_out = TieOutStatus::Incomplete, "its sums are Incomplete"),
            (|of| of.shown.counts.matched = 9, "9 lines have an owner, 10 name one"),
            (|of| of.shown.settled = false, "a draft"),
        ];
        for (spoil, said) in cases {
            let mut ingested = good();
            spoil(&mut ingested);
            let violations = violations(&ingested);
            assert!(violations.iter().any(|sentence| sentence.contains(said)), "{said}: {violations:?}");
        }
    }
}
