//! What a message asks for.

use billing::{BALANCE, BILLING_HISTORY, BillingWorkerSpec, Task};
use domain::InvoiceUuid;
use domain::billing::Period;
use runtime::{Failure, Message, OrFail};

/// What a message for an account asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Job {
    /// What DigitalOcean has to be asked for.
    Fetch(Fetch),
    /// The lines of an invoice are matched with what is known now.
    Rematch(Period, InvoiceUuid),
    /// Every invoice that has lines without an owner is to be matched again.
    ScheduleRematches,
}

/// What DigitalOcean is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fetch {
    /// What the account owes.
    Balance,
    /// What was billed and paid, and which invoices there are.
    History,
    /// An invoice.
    Invoice(Period, InvoiceUuid),
    /// The running month's invoice so far.
    Preview,
}

impl Job {
    /// What a message to this worker asks for.
    ///
    /// # Errors
    /// Its fields are not of this worker's.
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
        let task: Task = message.clone().typed().or_terminal("not a message of this worker")?.fields;
        Ok(match task {
            Task::Ingest { period, invoice } => Self::Fetch(Fetch::Invoice(period, invoice)),
            Task::Preview => Self::Fetch(Fetch::Preview),
            Task::Rematch { period, invoice } => Self::Rematch(period, invoice),
        })
    }

    /// Its name, for the log.
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

    /// The invoice that it is about.
    pub(crate) fn invoice(&self) -> Option<(Period, &InvoiceUuid)> {
        match self {
            Self::Fetch(Fetch::Invoice(period, invoice)) | Self::Rematch(period, invoice) => Some((*period, invoice)),
            _ => None,
        }
    }

    /// Whether it is what a schedule asks for, one at a time in an account and with a receipt.
    pub(crate) fn is_scheduled(&self) -> bool {
        matches!(self, Self::Fetch(Fetch::Balance | Fetch::History) | Self::ScheduleRematches)
    }
}
