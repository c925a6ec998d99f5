//! Which invoices are to be matched again.

use billing::Task;

use crate::BillingWorker;
use crate::error::Error;
use crate::handler::JobRun;
use crate::invoice_header::is_rematchable;
use crate::report::JobReport;

impl BillingWorker {
    /// Asks for a rematch of every invoice that may learn from it: one message each, so that a long one holds up none.
    ///
    /// A header counts its lines and does not say which reasons they have. So an invoice with nothing but a tax is asked for as well; it costs a
    /// read of its lines, and no write.
    pub(crate) async fn schedule_rematches(&self, run: &JobRun<'_>) -> Result<JobReport, Error> {
        let headers = self.invoice_headers(run.slug()).await?;
        let mut done = JobReport { items: u32::try_from(headers.len()).unwrap_or(u32::MAX), ..JobReport::default() };
        for header in headers.into_values().filter(is_rematchable) {
            self.send_task(run, &Task::Rematch { period: header.period, invoice: header.uuid }).await?;
            done.sent += 1;
        }
        Ok(done)
    }
}
