//! The billing workers and the tasks in their messages.

use domain::billing::Period;
use domain::{InvoiceUuid, Kind};
use serde::{Deserialize, Serialize};

/// The description of a billing worker: one Lambda function with one queue and one schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingWorkerSpec {
    /// The worker's name, as in `WORKER`, in its queue's name and in `POST /sync/{worker}`.
    pub name: &'static str,
    /// The interval of its schedule, in minutes.
    pub cadence_minutes: i64,
    /// The kind under which the worker's receipts of an account are stored. It is not a resource
    /// kind.
    pub sync_kind: Kind,
}

/// The worker that records what the account owes, hourly.
pub const BALANCE: BillingWorkerSpec =
    BillingWorkerSpec { name: "balance", cadence_minutes: 60, sync_kind: Kind::from_static("balance") };
/// The worker that lists the invoices, daily. It sends [`INVOICE_INGEST`] a message for each
/// invoice that is not ingested yet, and one for the running month.
pub const BILLING_HISTORY: BillingWorkerSpec = BillingWorkerSpec {
    name: "billing-history",
    cadence_minutes: 24 * 60,
    sync_kind: Kind::from_static("billing_history"),
};
/// The worker that reads the lines of invoices, one invoice a message. Its own schedule, nightly,
/// starts a rematch of the invoices that still have lines without an owner.
pub const INVOICE_INGEST: BillingWorkerSpec = BillingWorkerSpec {
    name: "invoice-ingest",
    cadence_minutes: 24 * 60,
    sync_kind: Kind::from_static("invoice_ingest"),
};

/// All billing workers. `template.yaml` is made from this and from `infra/template/workers.yaml`.
pub const WORKERS: &[BillingWorkerSpec] = &[BALANCE, BILLING_HISTORY, INVOICE_INGEST];

impl BillingWorkerSpec {
    /// Returns the worker of this name, for example the value of `WORKER`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        WORKERS.iter().find(|worker| worker.name == name)
    }
}

/// The task in a message to [`INVOICE_INGEST`], besides the envelope. A message without a task is a
/// scheduled tick or a run on demand: it starts a rematch of every invoice that has lines without
/// an owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// Read an invoice and replace its lines.
    Ingest {
        /// The month that the invoice bills.
        period: Period,
        /// DigitalOcean's UUID of the invoice.
        invoice: InvoiceUuid,
    },
    /// Read the running month's preview and replace its lines.
    Preview,
    /// Match the lines of an invoice with the resources that the inventory has now.
    Rematch {
        /// The month that the invoice bills.
        period: Period,
        /// DigitalOcean's UUID of the invoice.
        invoice: InvoiceUuid,
    },
}
