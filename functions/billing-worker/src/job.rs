//! The job that a message requests.

use billing::{BALANCE, BILLING_HISTORY, BillingWorkerSpec, Task};
use domain::InvoiceUuid;
use domain::billing::Period;
use runtime::{Failure, Message};

/// The job that a message for an account requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Job {
    /// A job that needs data from DigitalOcean.
    Fetch(Fetch),
    /// Match the lines of an invoice with the resources that are known now.
    Rematch(Period, InvoiceUuid),
    /// Send a rematch message for every invoice that has lines without an owner.
    ScheduleRematches,
}

/// The data to request from DigitalOcean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fetch {
    /// The balance of the account.
    Balance,
    /// The billing history and the list of invoices.
    History,
    /// A billed invoice with its lines.
    Invoice(Period, InvoiceUuid),
    /// The preview of the running month's invoice.
    Preview,
}

impl Job {
    /// Returns the job that a message requests from this worker.
    ///
    /// # Errors
    /// Returns a terminal failure if the message's fields do not describe a task of this worker.
    pub(crate) fn parse(worker: &BillingWorkerSpec, message: &Message) -> Result<Self, Failure> {
        if *worker == BALANCE {
            return Ok(Self::Fetch(Fetch::Balance));
        }
        if *worker == BILLING_HISTORY {
            return Ok(Self::Fetch(Fetch::History));
        }
        if !message.fields.contains_key("task") {
            return Ok(Self::ScheduleRematches);
        }
        let message: Message<Task> =
            message.clone().typed().map_err(Failure::terminal_for("not a message of this worker"))?;
        Ok(match message.fields {
            Task::Ingest { period, invoice } => Self::Fetch(Fetch::Invoice(period, invoice)),
            Task::Preview => Self::Fetch(Fetch::Preview),
            Task::Rematch { period, invoice } => Self::Rematch(period, invoice),
        })
    }

    /// Returns the name of the job for the log and the metrics.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Fetch(Fetch::Balance) => "balance",
            Self::Fetch(Fetch::History) => "history",
            Self::Fetch(Fetch::Invoice(..)) => "ingest",
            Self::Fetch(Fetch::Preview) => "preview",
            Self::Rematch(..) => "rematch",
            Self::ScheduleRematches => "schedule_rematches",
        }
    }

    /// Returns the month and id of the invoice; none for jobs that concern all invoices or the
    /// preview.
    pub(crate) fn invoice(&self) -> Option<(Period, &InvoiceUuid)> {
        match self {
            Self::Fetch(Fetch::Invoice(period, invoice)) | Self::Rematch(period, invoice) => Some((*period, invoice)),
            _ => None,
        }
    }

    /// Returns whether the job is a scheduled one, which runs once at a time in an account and
    /// writes a receipt.
    pub(crate) fn is_scheduled(&self) -> bool {
        matches!(self, Self::Fetch(Fetch::Balance | Fetch::History) | Self::ScheduleRematches)
    }
}
