//! What the head of an invoice says at each step of a replacement; pure.

use domain::billing::{Invoice, InvoiceStatus, LineSet, StagedRevision};

/// It names a draft. One that was given up for it retires.
pub(super) fn staged(invoice: &Invoice, digest: &str) -> (Invoice, u64) {
    let mut next = invoice.clone();
    let revision = match &invoice.staged_revision {
        Some(draft) if draft.digest == digest => draft.revision,
        given_up => {
            // The version that this is written at: it never comes again, so that no page of another draft is ever in the way.
            let revision = invoice.version + 1;
            next.superseded_revisions.extend(given_up.as_ref().map(|draft| draft.revision));
            next.staged_revision = Some(StagedRevision { revision, digest: digest.to_owned() });
            revision
        }
    };
    next.status = unless_open(invoice, InvoiceStatus::Ingesting);
    (next, revision)
}

/// It shows what was the draft. What it showed before retires.
pub(super) fn published(begun: &Invoice, set: LineSet) -> Invoice {
    let mut next = begun.clone();
    next.superseded_revisions.extend(begun.lines.as_ref().map(|set| set.revision));
    next.status = unless_open(begun, InvoiceStatus::Ingested);
    Invoice { staged_revision: None, lines: Some(set), error: None, ..next }
}

/// It shows already what was read. A draft of anything else retires.
pub(super) fn unchanged(invoice: &Invoice) -> Invoice {
    Invoice { status: unless_open(invoice, InvoiceStatus::Ingested), error: None, ..unstaged(invoice) }
}

/// It has no draft. One that it had retires.
pub(super) fn unstaged(invoice: &Invoice) -> Invoice {
    let mut next = invoice.clone();
    next.superseded_revisions.extend(invoice.staged_revision.as_ref().map(|draft| draft.revision));
    Invoice { staged_revision: None, ..next }
}

/// A preview stays one however often its lines are written.
fn unless_open(invoice: &Invoice, status: InvoiceStatus) -> InvoiceStatus {
    if invoice.status == InvoiceStatus::Open { InvoiceStatus::Open } else { status }
}
