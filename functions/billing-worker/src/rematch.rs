//! Matching the lines of an invoice with what is known now.

use billing::{LineTally, rematch};
use domain::InvoiceUuid;
use domain::billing::{CostLine, InvoiceStatus, Period};
use store::LineSetBuilder;

use crate::BillingWorker;
use crate::error::Error;
use crate::handler::JobRun;
use crate::report::JobReport;

/// Lines read at a time.
const LINES: usize = 500;

impl BillingWorker {
    /// Matches the lines that an invoice shows with what is known now. What the invoice says, and whether its sums agree, stays as it was read.
    pub(crate) async fn rematch(
        &self,
        period: Period,
        uuid: &InvoiceUuid,
        run: &JobRun<'_>,
    ) -> Result<JobReport, Error> {
        let Some(invoice) = self.table.invoice(run.slug(), period, uuid).await? else {
            return Err(Error::OperatorActionRequired(format!(
                "no invoice {uuid} of {period} is known; run billing-history"
            )));
        };
        let set = match &invoice.lines {
            Some(set) if invoice.status == InvoiceStatus::Ingested => set.clone(),
            _ => return Ok(JobReport::dropped("it is to be read, and is matched then")),
        };
        if set.ingested_at > run.message.scheduled_at {
            return Ok(JobReport::dropped("it was matched since"));
        }
        let inventory = self.inventory(run).await?;
        let (mut lines, mut tally, mut from) = (LineSetBuilder::default(), LineTally::default(), None);
        loop {
            // Only another set could refuse the position, and it is this header's set that is read.
            let page = self.table.lines(&invoice, from, LINES).await?.ok_or(Error::ConcurrentChange)?;
            for line in page.lines {
                let line = CostLine { outcome: rematch(&line, period, &inventory), ..line };
                tally.add(&line);
                lines.push(&line)?;
            }
            from = page.next;
            if from.is_none() {
                break;
            }
            if run.is_out_of_time() {
                return Err(Error::OutOfTime);
            }
        }
        self.publish_lines(run, invoice, &lines, tally, &set.tie_out).await
    }
}
