//! The report about the passes over one account.

use std::fmt::Write as _;

use crate::measured::{Baseline, Measured, Pass, PassName, Run};
use crate::text::{count, ratio, table, whole};

const HEAD: [&str; 14] = [
    "worker",
    "receipts",
    "items",
    "pages",
    "DO requests",
    "reads",
    "RRU",
    "writes",
    "WRU",
    "items written",
    "changes",
    "seconds",
    "items/s",
    "peak MB",
];
const MB: f64 = 1_048_576.0;

pub(super) fn show(measured: &Measured) -> String {
    let mut text = format!("== {} ==\n", measured.account.title());
    for one in &measured.passes {
        let rows: Vec<Vec<String>> = one.runs.iter().map(row).chain([total(one)]).collect();
        // Writing to a string cannot fail.
        let _ = write!(text, "\n{}\n{}", one.name.title(), table(&HEAD, &rows));
    }
    if let Some(compared) = compared(measured) {
        let _ = write!(text, "\n{compared}");
    }
    text
}

fn row(run: &Run) -> Vec<String> {
    let items = run.sum(|receipt| receipt.items);
    vec![
        if run.messages > 1 { format!("{} ({} runs)", run.worker, run.messages) } else { run.worker.clone() },
        run.receipts.len().to_string(),
        count(items),
        count(run.sum(|receipt| receipt.pages)),
        count(run.sum(|receipt| receipt.requests)),
        count(run.table.reads() as u64),
        whole(run.table.read_units),
        count(run.table.writes as u64),
        whole(run.table.write_units),
        count(run.table.items_written as u64),
        count(run.sum(|receipt| receipt.changes)),
        format!("{:.2}", run.seconds),
        whole(f64::from(items) / run.seconds),
        peak(run.peak_bytes),
    ]
}

fn total(one: &Pass) -> Vec<String> {
    let sum = |of: fn(&Run) -> u64| one.runs.iter().map(of).sum::<u64>();
    let units = |of: fn(&Run) -> f64| one.runs.iter().map(of).sum::<f64>();
    let (items, seconds) = (sum(|run| run.sum(|receipt| receipt.items).into()), units(|run| run.seconds));
    vec![
        "all".to_owned(),
        sum(|run| run.receipts.len() as u64).to_string(),
        count(items),
        count(sum(|run| run.sum(|receipt| receipt.pages).into())),
        count(sum(|run| run.sum(|receipt| receipt.requests).into())),
        count(sum(|run| run.table.reads() as u64)),
        whole(units(|run| run.table.read_units)),
        count(sum(|run| run.table.writes as u64)),
        whole(units(|run| run.table.write_units)),
        count(sum(|run| run.table.items_written as u64)),
        count(sum(|run| run.sum(|receipt| receipt.changes).into())),
        format!("{seconds:.2}"),
        whole(items as f64 / seconds),
        peak(one.runs.iter().filter_map(|run| run.peak_bytes).max()),
    ]
}

fn peak(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "?".to_owned(), |bytes| format!("{:.1}", bytes as f64 / MB))
}

/// Returns the comparison of the unchanged sweep of one kind with a mirror that reads every whole
/// item and writes it back.
fn compared(measured: &Measured) -> Option<String> {
    let Baseline { kind, rows, table: naive, peak_bytes, .. } = &measured.baseline;
    let pass = measured.pass(PassName::Unchanged)?;
    let run = pass.runs.iter().find(|run| run.receipts.iter().any(|receipt| receipt.target == *kind))?;
    let line =
        |name: &str, ours: f64, theirs: f64| vec![name.to_owned(), whole(ours), whole(theirs), ratio(theirs, ours)];
    let mut lines = vec![
        line("write requests", run.table.writes as f64, naive.writes as f64),
        line("write units", run.table.write_units, naive.write_units),
        line("read units", run.table.read_units, naive.read_units),
    ];
    if let (Some(ours), Some(theirs)) = (run.peak_bytes, *peak_bytes) {
        lines.push(line("peak MB", ours as f64 / MB, theirs as f64 / MB));
    }
    let head = ["table, one unchanged sweep", "this mirror", "baseline", "baseline / this"];
    Some(format!(
        "{} resources of the kind {kind}; the baseline reads each in full and writes it back with the time of the sweep\n{}",
        count(*rows),
        table(&head, &lines)
    ))
}
