//! A long invoice, taken in: once, once more, and by a process that dies half-way and another that goes on.

mod account;
mod checks;
mod measured;
mod stored;

use anyhow::{Context as _, Result};
use domain::Resource;
use embedded_table::RequestInterceptor;
use futures::{TryStreamExt as _, stream};
use local::ProgressStep;
use store::{ResourceCommitOutcome, ResourceWrite};

use crate::child::{Server, run_to_end};
use crate::mirror::register;
use crate::simulator::Simulator;
use crate::text::count;
pub(crate) use account::{invoice, known, seed};
pub(crate) use checks::violations;
pub(crate) use measured::{IngestRun, Ingested, Reading, StoredInvoice};

/// Resources put into the table at a time.
const CONCURRENT_WRITES: usize = 8;

/// Measures everything on an invoice of so many lines.
pub(crate) async fn measure(lines: u32) -> Result<Ingested> {
    let step = ProgressStep::begin(format!("invoice of {} lines: start", count(lines)));
    let simulator = Simulator::start(&["billing-simulator", "--lines", &lines.to_string()].map(str::to_owned)).await?;
    let (uuid, _) = invoice()?;
    let csv = simulator.get(&format!("/v2/customers/my/invoices/{uuid}/csv")).await?.bytes().await?;
    let known = known(&csv)?;
    drop(csv);
    let undisturbed = InvoiceBench::open(&simulator, &known).await?;
    let disturbed = InvoiceBench::open(&simulator, &known).await?;
    step.done(&format!("{} resources are known", count(known.len() as u64)));

    let step = ProgressStep::begin("read its CSV");
    let (_, reading) = run_to_end(&["read-csv", "--digitalocean", simulator.address()].map(str::to_owned)).await?;
    let reading: Reading = serde_json::from_str(&reading).with_context(|| format!("reading said {reading}"))?;
    step.done("");

    let first = undisturbed.ingest("take it in", None).await?;
    let again = undisturbed.ingest("take it in again", None).await?;
    let killed = disturbed.ingest("take it in and die half-way", Some(first.table.writes / 2)).await?;
    let resumed = disturbed.ingest("go on", None).await?;
    Ok(Ingested {
        lines,
        known: u32::try_from(known.len())?,
        reading,
        first,
        again,
        killed,
        resumed,
        stored: undisturbed.stored().await?,
        stored_after_crash: disturbed.stored().await?,
    })
}

/// A table, and the account whose invoice it takes in.
struct InvoiceBench<'a> {
    simulator: &'a Simulator,
    table: Server,
}

impl<'a> InvoiceBench<'a> {
    /// A table that knows these resources, and of the invoice only that there is one.
    async fn open(simulator: &'a Simulator, known: &[Resource]) -> Result<Self> {
        let table = Server::start(&["table".to_owned()]).await?;
        register(&table.address).await?;
        let rows = embedded_table::connect(&table.address, &RequestInterceptor::default());
        let put = async |row: &Resource| -> Result<()> {
            let write = ResourceWrite { before: None, row: row.clone(), events: Vec::new() };
            let committed = rows.commit_resource(&write).await?;
            anyhow::ensure!(matches!(committed, ResourceCommitOutcome::Written), "two lines name {}", row.facts.name);
            Ok(())
        };
        stream::iter(known.iter().map(Ok)).try_for_each_concurrent(CONCURRENT_WRITES, put).await?;
        let bench = Self { simulator, table };
        bench.work(billing::BILLING_HISTORY.name, None).await?;
        Ok(bench)
    }

    /// Takes the invoice in, by a process that dies after so many writes if so many are named.
    async fn ingest(&self, what: &str, crash_after: Option<usize>) -> Result<IngestRun> {
        let step = ProgressStep::begin(what);
        self.simulator.forget_requests().await?;
        let mut ingest_run = self.work(billing::INVOICE_INGEST.name, crash_after).await?;
        ingest_run.requests = u32::try_from(self.simulator.requests().await?.len())?;
        step.done("");
        Ok(ingest_run)
    }

    async fn work(&self, worker: &str, crash_after: Option<usize>) -> Result<IngestRun> {
        let (table, digitalocean) = (&self.table.address, self.simulator.address());
        let arguments = ["bill", "--worker", worker, "--table", table, "--digitalocean", digitalocean];
        let death = crash_after.map(|writes| ["--crash-after".to_owned(), writes.to_string()]);
        let arguments: Vec<String> =
            arguments.map(str::to_owned).into_iter().chain(death.into_iter().flatten()).collect();
        let (_, result) = run_to_end(&arguments).await?;
        serde_json::from_str(&result).with_context(|| format!("{worker} said {result}"))
    }

    async fn stored(&self) -> Result<StoredInvoice> {
        stored::read(&embedded_table::connect(&self.table.address, &RequestInterceptor::default())).await
    }
}
