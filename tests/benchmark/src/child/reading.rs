//! Measures the parsing of the invoice's CSV, which is in memory already: the part of an ingest
//! that uses neither the network nor the table.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use billing::build_cost_line;
use billing::csv::Rows;
use billing::matching::{Inventory, MatchCandidate};
use csv::{ByteRecord, Reader};
use domain::billing::{Charge, ItemId, Period};
use url::Url;

use crate::account::TOKEN;
use crate::invoice::{Reading, invoice, known};

/// The number of repetitions of each measurement; the fastest counts.
const REPETITIONS: usize = 5;

pub(super) async fn run(digitalocean: Url) -> Result<()> {
    let (uuid, period) = invoice()?;
    let url = digitalocean.join(&format!("/v2/customers/my/invoices/{uuid}/csv"))?;
    let http = reqwest::Client::builder().no_proxy().build()?;
    let csv = http.get(url).bearer_auth(TOKEN).send().await?.error_for_status()?.bytes().await?;
    let inventory: Inventory = known(&csv)?.iter().map(MatchCandidate::from).collect();
    let rows: Vec<Charge> = Rows::new(csv.as_ref())?.collect::<Result<_, _>>()?;
    let reading = Reading {
        bytes: csv.len() as u64,
        rows: u32::try_from(rows.len())?,
        csv_seconds: fastest(|| (), |()| records(&csv))?,
        charges_seconds: fastest(|| (), |()| charges(&csv))?,
        build_seconds: fastest(|| rows.clone(), |rows| build_lines(rows, period, &inventory))?,
    };
    println!("{}", serde_json::to_string(&reading)?);
    Ok(())
}

/// Returns the seconds of the fastest repetition of `work`, without its preparation.
fn fastest<T>(prepare: impl Fn() -> T, work: impl Fn(T) -> Result<()>) -> Result<f64> {
    let mut fastest = f64::INFINITY;
    for _ in 0..REPETITIONS {
        let prepared = prepare();
        let started = Instant::now();
        work(prepared)?;
        fastest = fastest.min(started.elapsed().as_secs_f64());
    }
    Ok(fastest)
}

fn records(csv: &[u8]) -> Result<()> {
    let (mut reader, mut record) = (Reader::from_reader(csv), ByteRecord::new());
    while reader.read_byte_record(&mut record)? {
        black_box(&record);
    }
    Ok(())
}

fn charges(csv: &[u8]) -> Result<()> {
    for charge in Rows::new(csv)? {
        black_box(charge?);
    }
    Ok(())
}

fn build_lines(charges: Vec<Charge>, period: Period, inventory: &Inventory) -> Result<()> {
    for (line, charge) in (1..).zip(charges) {
        black_box(build_cost_line(line, charge, ItemId::default(), period, inventory));
    }
    Ok(())
}
