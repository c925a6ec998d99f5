//! What the head of an invoice says at each step of a replacement; pure.

use domain::billing::{Draft, Invoice, InvoiceStatus, LineSet};

/// It names a draft. One that was given up for it retires.
pub(super) fn begun(invoice: &Invoice, digest: &str) -> (Invoice, u64) {
    let mut next = invoice.clone();
    let revision = match &invoice.draft {
        Some(draft) if draft.digest == digest => draft.revision,
        given_up => {
            // The version that this is written at: it never comes again, so that no page of another draft is ever in the way.
            let revision = invoice.version + 1;
            next.retired.extend(given_up.as_ref().map(|draft| draft.revision));
            next.draft = Some(Draft { revision, digest: digest.to_owned() });
            revision
        }
    };
    next.status = unless_open(invoice, InvoiceStatus::Ingesting);
    (next, revision)
}

/// It shows what was the draft. What it showed before retires.
pub(super) fn shown(begun: &Invoice, set: LineSet) -> Invoice {
    let mut next = begun.clone();
    next.retired.extend(begun.lines.as_ref().map(|set| set.revision));
    next.status = unless_open(begun, InvoiceStatus::Ingested);
    Invoice { draft: None, lines: Some(set), error: None, ..next }
}

/// It shows already what was read. A draft of anything else retires.
pub(super) fn settled(invoice: &Invoice) -> Invoice {
    Invoice { status: unless_open(invoice, InvoiceStatus::Ingested), error: None, ..without_draft(invoice) }
}

/// It has no draft. One that it had retires.
pub(super) fn without_draft(invoice: &Invoice) -> Invoice {
    let mut next = invoice.clone();
    next.retired.extend(invoice.draft.as_ref().map(|draft| draft.revision));
    Invoice { draft: None, ..next }
}

/// A preview stays one however often its lines are written.
fn unless_open(invoice: &Invoice, status: InvoiceStatus) -> InvoiceStatus {
    if invoice.status == InvoiceStatus::Open { InvoiceStatus::Open } else { status }
}
