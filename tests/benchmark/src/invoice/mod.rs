//! The ingest of a long invoice: once, a second time, and by a process that crashes half-way and
//! another that resumes.

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

use crate::mirror::register;
use crate::process::{Server, run_to_end};
use crate::simulator::Simulator;
use crate::text::count;
pub(crate) use account::{invoice, known, seed};
pub(crate) use checks::violations;
pub(crate) use measured::{IngestRun, Ingested, Reading, StoredInvoice};

/// Resources that are written to the table at a time.
const CONCURRENT_WRITES: usize = 8;

/// Runs all measurements on an invoice of so many lines.
pub(crate) async fn measure(lines: u32) -> Result<Ingested> {
    let step = ProgressStep::begin(format!("invoice of {} lines: start", count(lines)));
    let simulator = Simulator::start(&["billing-simulator", "--lines", &lines.to_string()].map(str::to_owned)).await?;
    let (uuid, _) = invoice()?;
    let csv = simulator.get(&format!("/v2/customers/my/invoices/{uuid}/csv")).await?.bytes().await?;
    let known = known(&csv)?;
    drop(csv);
    let complete = InvoiceBench::open(&simulator, &known).await?;
    let crashing = InvoiceBench::open(&simulator, &known).await?;
    step.done(&format!("{} resources in the mirror", count(known.len() as u64)));

    let step = ProgressStep::begin("parse its CSV");
    let (_, reading) = run_to_end(&["read-csv", "--digitalocean", simulator.address()].map(str::to_owned)).await?;
    let reading: Reading =
        serde_json::from_str(&reading).with_context(|| format!("cannot parse the result of read-csv: {reading}"))?;
    step.done("");

    let first = complete.ingest("ingest it", None).await?;
    let again = complete.ingest("ingest it again", None).await?;
    let killed = crashing.ingest("ingest it and crash half-way", Some(first.table.writes / 2)).await?;
    let resumed = crashing.ingest("resume the ingest", None).await?;
    Ok(Ingested {
        lines,
        known: u32::try_from(known.len())?,
        reading,
        first,
        again,
        killed,
        resumed,
        stored: complete.stored().await?,
        stored_after_crash: crashing.stored().await?,
    })
}

/// A table, and the simulator whose invoice is ingested into it.
struct InvoiceBench<'a> {
    simulator: &'a Simulator,
    table: Server,
}

impl<'a> InvoiceBench<'a> {
    /// Starts a table with these resources, in which the billing history shows the invoice but no
    /// line is ingested yet.
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

    /// Ingests the invoice in a process that crashes after `crash_after` table writes; none lets it
    /// finish.
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
        let crash = crash_after.map(|writes| ["--crash-after".to_owned(), writes.to_string()]);
        let arguments: Vec<String> =
            arguments.map(str::to_owned).into_iter().chain(crash.into_iter().flatten()).collect();
        let (_, result) = run_to_end(&arguments).await?;
        serde_json::from_str(&result).with_context(|| format!("cannot parse the result of {worker}: {result}"))
    }

    async fn stored(&self) -> Result<StoredInvoice> {
        stored::read(&embedded_table::connect(&self.table.address, &RequestInterceptor::default())).await
    }
}
