//! Reads the ingested invoice back from the table.

use anyhow::{Context as _, Result, ensure};
use domain::AccountId;
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};
use store::Table;

use super::{StoredInvoice, invoice};
use crate::account::NAME;

/// Lines that are read at a time.
const LINES: usize = 1_000;

/// Reads the invoice as the API's readers do, and sums and hashes its lines.
pub(super) async fn read(table: &Table) -> Result<StoredInvoice> {
    let (uuid, period) = invoice()?;
    let header =
        table.invoice(&AccountId::new(NAME)?, period, &uuid).await?.context("the invoice is not in the table")?;
    let set = header.lines.as_ref().context("the invoice has no lines")?;
    let (mut lines, mut sum, mut hash) = (0, Decimal::ZERO, Sha256::new());
    let mut from = None::<store::Cursor>;
    loop {
        let page = table
            .lines(&header, from.as_ref(), LINES)
            .await?
            .context("the lines were replaced while they were read")?;
        for line in page.items {
            lines += 1;
            ensure!(line.line == lines, "line {} is in the place of line {lines}", line.line);
            sum += line.charge.amount.amount;
            hash.update(serde_json::to_vec(&line)?);
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    Ok(StoredInvoice {
        lines,
        sum,
        digest: hex::encode(hash.finalize()),
        counts: set.counts,
        tie_out: set.tie_out.status,
        amount: header.amount.amount,
        complete: header.staged_revision.is_none() && header.superseded_revisions.is_empty(),
    })
}
