//! The workers of billing, and what their messages ask for.

use domain::billing::Period;
use domain::{InvoiceUuid, Kind};
use serde::{Deserialize, Serialize};

/// A worker: one Lambda function, one queue, one schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingWorkerSpec {
    /// Its name, as in `WORKER`, in its queue's name and in `POST /sync/{worker}`.
    pub name: &'static str,
    /// How often its schedule ticks, in minutes.
    pub cadence_minutes: i64,
    /// What its receipts in an account are under. Not a resource kind.
    pub sync_kind: Kind,
}

/// What the account owes, hourly.
pub const BALANCE: BillingWorkerSpec =
    BillingWorkerSpec { name: "balance", cadence_minutes: 60, sync_kind: Kind::from_static("balance") };
/// Which invoices there are, daily; it asks [`INVOICE_INGEST`] for each that is not taken in, and for the running month.
pub const BILLING_HISTORY: BillingWorkerSpec = BillingWorkerSpec {
    name: "billing-history",
    cadence_minutes: 24 * 60,
    sync_kind: Kind::from_static("billing_history"),
};
/// The lines of invoices, one invoice a message. Its own tick, nightly, asks for what is still without an owner to be matched again.
pub const INVOICE_INGEST: BillingWorkerSpec = BillingWorkerSpec {
    name: "invoice-ingest",
    cadence_minutes: 24 * 60,
    sync_kind: Kind::from_static("invoice_ingest"),
};

/// Every worker. `template.yaml` has a block for each; a test keeps the two the same.
pub const WORKERS: &[BillingWorkerSpec] = &[BALANCE, BILLING_HISTORY, INVOICE_INGEST];

impl BillingWorkerSpec {
    /// The worker of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<&'static Self> {
        WORKERS.iter().find(|worker| worker.name == name)
    }
}

/// What a message to [`INVOICE_INGEST`] asks for, beside the envelope. One that asks for nothing is a tick or a run on demand: every invoice
/// that has lines without an owner is to be matched again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
    /// Read an invoice and replace its lines.
    Ingest {
        /// The month it is for.
        period: Period,
        /// The invoice.
        invoice: InvoiceUuid,
    },
    /// Read the running month's preview and replace its lines.
    Preview,
    /// Match the lines of an invoice with what the inventory knows now.
    Rematch {
        /// The month it is for.
        period: Period,
        /// The invoice.
        invoice: InvoiceUuid,
    },
}
