//! Schedules the rematch of invoices that have lines without an owner.

use billing::Task;

use crate::BillingWorker;
use crate::error::Error;
use crate::handler::JobRun;
use crate::invoice_header::is_rematchable;
use crate::report::JobReport;

impl BillingWorker {
    /// Sends a rematch message for every invoice with unmatched lines. Each has a message of its
    /// own, so that a long invoice does not delay the others.
    ///
    /// A header counts its lines but not their reasons. So an invoice whose only unmatched line is
    /// a tax gets a message as well; it costs a read of the lines and no write.
    pub(crate) async fn schedule_rematches(&self, run: &JobRun<'_>) -> Result<JobReport, Error> {
        let headers = self.invoice_headers(run.slug()).await?;
        let mut report = JobReport { items: u32::try_from(headers.len()).unwrap_or(u32::MAX), ..JobReport::default() };
        for header in headers.into_values().filter(is_rematchable) {
            self.send_task(run, &Task::Rematch { period: header.period, invoice: header.uuid }).await?;
            report.sent += 1;
        }
        Ok(report)
    }
}
