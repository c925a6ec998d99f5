//! The simple mirror that the figures are compared with: in every sweep it reads each whole item of
//! a kind and writes it back with the time of the sweep. It makes no requests to DigitalOcean,
//! because those would be the same.

use std::time::Instant;

use anyhow::{Result, bail};
use chrono::Utc;
use domain::{AccountId, Kind, Resource, Scope};
use embedded_table::RequestInterceptor;
use futures::{TryStreamExt as _, stream};
use store::{ResourceCommitOutcome, ResourceWrite};

use super::usage;
use crate::account::NAME;
use crate::measured::{Baseline, TableUsage};

/// Resources that are written at a time, as many as the mirror writes.
const CONCURRENT_WRITES: usize = 8;

pub(super) async fn run(kind: &str, table: &str) -> Result<()> {
    let started = Instant::now();
    let requests = RequestInterceptor::metered();
    let table = embedded_table::connect(table, &requests);
    let (account, kind) = (AccountId::new(NAME)?, Kind::new(kind)?);
    let mut rows: Vec<Resource> = Vec::new();
    let mut left = usize::MAX;
    table.reader(Scope::Platform).scan_context(&account, &kind, &mut left, |row| rows.push(row)).await?;
    let count = rows.len();
    stream::iter(rows.into_iter().map(Ok)).try_for_each_concurrent(CONCURRENT_WRITES, |row| write(&table, row)).await?;
    let baseline = Baseline {
        kind: kind.to_string(),
        rows: u32::try_from(count)?,
        table: TableUsage::from(requests.counts()),
        seconds: started.elapsed().as_secs_f64(),
        peak_bytes: usage::peak_bytes(),
    };
    println!("{}", serde_json::to_string(&baseline)?);
    Ok(())
}

async fn write(table: &store::Table, row: Resource) -> Result<()> {
    let write = ResourceWrite {
        before: Some(row.version),
        row: Resource { version: row.version + 1, last_seen_at: Utc::now(), ..row },
        events: Vec::new(),
    };
    match table.commit_resource(&write).await? {
        ResourceCommitOutcome::Written => Ok(()),
        ResourceCommitOutcome::Conflict(_) => bail!("another client wrote the resource at the same time"),
    }
}
