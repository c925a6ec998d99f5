//! Reading the invoice back.

use anyhow::{Context as _, Result, ensure};
use domain::AccountId;
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};
use store::Table;

use super::{StoredInvoice, invoice};
use crate::account::NAME;

/// Lines read at a time.
const LINES: usize = 1_000;

/// What readers see of the invoice.
pub(super) async fn read(table: &Table) -> Result<StoredInvoice> {
    let (uuid, period) = invoice()?;
    let head = table.invoice(&AccountId::new(NAME)?, period, &uuid).await?.context("the invoice is not there")?;
    let set = head.lines.as_ref().context("the invoice has no lines")?;
    let (mut lines, mut sum, mut hash) = (0, Decimal::ZERO, Sha256::new());
    let mut from = None;
    loop {
        let page = table.lines(&head, from, LINES).await?.context("the lines were replaced meanwhile")?;
        for line in page.lines {
            lines += 1;
            ensure!(line.line == lines, "line {} stands where {lines} should", line.line);
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
        amount: head.amount.amount,
        complete: head.staged_revision.is_none() && head.superseded_revisions.is_empty(),
    })
}
