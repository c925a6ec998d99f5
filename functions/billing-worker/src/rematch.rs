//! Matches the lines of an invoice again with the current inventory.

use billing::{LineTally, Task, rematch};
use domain::InvoiceUuid;
use domain::billing::{CostLine, InvoiceStatus, Period};
use store::LineSetBuilder;
use worker::{AccountJob, OutOfTime};

use crate::BillingWorker;
use crate::error::Error;
use crate::invoice_header::is_rematchable;
use crate::report::JobReport;

/// The number of lines read in one page.
const LINES_PER_PAGE: usize = 500;

impl BillingWorker {
    /// Sends a rematch message for every invoice with unmatched lines. Each has a message of its
    /// own, so that a long invoice does not delay the others.
    ///
    /// A header counts its lines but not their reasons. So an invoice whose only unmatched line is
    /// a tax gets a message as well; it costs a read of the lines and no write.
    pub(crate) async fn schedule_rematches(&self, run: &AccountJob<'_>) -> Result<JobReport, Error> {
        let headers = self.invoice_headers(run.slug()).await?;
        let mut report = JobReport { items: u32::try_from(headers.len()).unwrap_or(u32::MAX), ..JobReport::default() };
        for header in headers.into_values().filter(is_rematchable) {
            self.send_task(run, &Task::Rematch { period: header.period, invoice: header.uuid }).await?;
            report.sent += 1;
        }
        Ok(report)
    }

    /// Matches the published lines of an invoice with the current inventory. Charges and tie-out
    /// are not changed.
    pub(crate) async fn rematch(
        &self,
        period: Period,
        uuid: &InvoiceUuid,
        run: &AccountJob<'_>,
    ) -> Result<JobReport, Error> {
        let Some(invoice) = self.services.table.invoice(run.slug(), period, uuid).await? else {
            return Err(Error::OperatorActionRequired(format!(
                "the invoice {uuid} of {period} is not in the table; run billing-history"
            )));
        };
        let set = match &invoice.lines {
            Some(set) if invoice.status == InvoiceStatus::Ingested => set.clone(),
            _ => {
                return Ok(JobReport::dropped("the invoice is not ingested yet, and its lines are matched when it is"));
            }
        };
        if set.ingested_at > run.message.scheduled_at {
            return Ok(JobReport::dropped("the lines were matched after this message was scheduled"));
        }
        let inventory = self.inventory_cache.read(run).await?;
        let (mut lines, mut tally, mut cursor) =
            (LineSetBuilder::default(), LineTally::default(), None::<store::Cursor>);
        loop {
            // The position is refused only if it belongs to another revision than the header's,
            // which means that the lines were replaced.
            let page = self
                .services
                .table
                .lines(&invoice, cursor.as_ref(), LINES_PER_PAGE)
                .await?
                .ok_or(Error::ConcurrentChange)?;
            for line in page.items {
                let line = CostLine { outcome: rematch(&line, period, &inventory), ..line };
                tally.add(&line);
                lines.push(&line)?;
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
            if run.closing_time().has_passed() {
                return Err(OutOfTime.into());
            }
        }
        self.publish_lines(run, invoice, &lines, tally, &set.tie_out).await
    }
}
