//! The report about the ingest of a long invoice.

use std::fmt::Write as _;

use crate::invoice::{IngestRun, Ingested, Reading};
use crate::text::{count, ratio, table, whole};

const MB: f64 = 1_048_576.0;

pub(super) fn show(ingested: &Ingested) -> String {
    let Ingested { lines, known, reading, first, again, killed, resumed, stored, .. } = ingested;
    let mut text = format!(
        "== an invoice of {} lines, {} bytes of CSV; {} of its resources are in the mirror ==\n\n",
        count(*lines),
        count(reading.bytes),
        count(*known)
    );
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}", speeds(reading, first));
    let runs = [("first", first), ("second", again), ("killed half-way", killed), ("resumed", resumed)];
    let rows: Vec<Vec<String>> = runs.into_iter().map(|(name, ingest_run)| row(name, ingest_run)).collect();
    let _ = writeln!(text, "{}", table(&HEAD, &rows));
    let operations = first.table.requests.iter().map(|(name, times)| format!("{} {name}", count(*times as u64)));
    let _ = writeln!(text, "table requests of the first run: {}", operations.collect::<Vec<_>>().join(", "));
    let _ = writeln!(
        text,
        "lines read back: {}, {} with an owner, {} explained; their sum is ${}, the amount of the invoice is ${}",
        count(stored.lines),
        count(stored.counts.matched),
        count(stored.counts.explained),
        stored.sum,
        stored.amount
    );
    text
}

/// Returns the table of speeds, from bare parsing to the whole ingest.
fn speeds(reading: &Reading, first: &IngestRun) -> String {
    let Reading { bytes, rows, csv_seconds, charges_seconds, build_seconds } = *reading;
    let line = |name: &str, seconds: f64| {
        let (lines, bytes) = (f64::from(rows) / seconds, bytes as f64 / seconds);
        vec![name.to_owned(), whole(lines), format!("{:.1}", bytes / MB), ratio(seconds, csv_seconds)]
    };
    let lines = [
        line("csv crate, records only", csv_seconds),
        line("csv::Rows, from rows to charges", charges_seconds),
        line("build_cost_line, from charges to lines with kind and owner", build_seconds),
        line("whole ingest: CSV, JSON items, join, match, tie out, write", first.seconds),
    ];
    table(&["", "lines/s", "MB/s", "time / csv crate"], &lines)
}

const HEAD: [&str; 11] = [
    "run",
    "seconds",
    "CPU s",
    "peak MB",
    "DO requests",
    "reads",
    "RRU",
    "writes",
    "WRU",
    "pages written",
    "headers written",
];

fn row(name: &str, ingest_run: &IngestRun) -> Vec<String> {
    vec![
        if ingest_run.messages > 1 { format!("{name} ({} messages)", ingest_run.messages) } else { name.to_owned() },
        format!("{:.2}", ingest_run.seconds),
        format!("{:.2}", ingest_run.cpu_seconds),
        ingest_run.peak_bytes.map_or_else(|| "?".to_owned(), |bytes| format!("{:.1}", bytes as f64 / MB)),
        count(ingest_run.requests),
        count(ingest_run.table.reads() as u64),
        whole(ingest_run.table.read_units),
        count(ingest_run.table.writes as u64),
        whole(ingest_run.table.write_units),
        count(ingest_run.pages),
        count(ingest_run.headers),
    ]
}
