//! Matches the lines of an invoice again with the current inventory.

use billing::{LineTally, rematch};
use domain::InvoiceUuid;
use domain::billing::{CostLine, InvoiceStatus, Period};
use store::LineSetBuilder;

use crate::BillingWorker;
use crate::error::Error;
use crate::handler::JobRun;
use crate::report::JobReport;

/// The number of lines read in one page.
const LINES_PER_PAGE: usize = 500;

impl BillingWorker {
    /// Matches the published lines of an invoice with the current inventory. Charges and tie-out
    /// are not changed.
    pub(crate) async fn rematch(
        &self,
        period: Period,
        uuid: &InvoiceUuid,
        run: &JobRun<'_>,
    ) -> Result<JobReport, Error> {
        let Some(invoice) = self.table.invoice(run.slug(), period, uuid).await? else {
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
        let inventory = self.inventory(run).await?;
        let (mut lines, mut tally, mut cursor) = (LineSetBuilder::default(), LineTally::default(), None);
        loop {
            // The position is refused only if it belongs to another revision than the header's,
            // which means that the lines were replaced.
            let page = self.table.lines(&invoice, cursor, LINES_PER_PAGE).await?.ok_or(Error::ConcurrentChange)?;
            for line in page.lines {
                let line = CostLine { outcome: rematch(&line, period, &inventory), ..line };
                tally.add(&line);
                lines.push(&line)?;
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
            if run.is_out_of_time() {
                return Err(Error::OutOfTime);
            }
        }
        self.publish_lines(run, invoice, &lines, tally, &set.tie_out).await
    }
}
