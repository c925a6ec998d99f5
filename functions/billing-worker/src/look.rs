//! Which invoices are to be matched again.

use billing::Task;

use crate::BillingWorker;
use crate::handler::Run;
use crate::heads::may_learn;
use crate::report::Done;
use crate::trouble::Trouble;

impl BillingWorker {
    /// Asks for a rematch of every invoice that may learn from it: one message each, so that a long one holds up none.
    ///
    /// A head counts its lines and does not say which reasons they have. So an invoice with nothing but a tax is asked for as well; it costs a
    /// read of its lines, and no write.
    pub(crate) async fn look(&self, run: &Run<'_>) -> Result<Done, Trouble> {
        let heads = self.heads(run.slug()).await?;
        let mut done = Done { items: u32::try_from(heads.len()).unwrap_or(u32::MAX), ..Done::default() };
        for head in heads.into_values().filter(may_learn) {
            self.ask(run, &Task::Rematch { period: head.period, invoice: head.uuid }).await?;
            done.sent += 1;
        }
        Ok(done)
    }
}
