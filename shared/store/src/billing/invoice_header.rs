//! The content of an invoice header after each step of a publication. These functions are pure.

use domain::billing::{Invoice, InvoiceStatus, LineSet, StagedRevision};

/// Returns the header with a staged revision of this digest, and the number of that revision. A
/// staged revision with another digest becomes superseded.
pub(super) fn staged(invoice: &Invoice, digest: &str) -> (Invoice, u64) {
    let mut next = invoice.clone();
    let revision = match &invoice.staged_revision {
        Some(staged) if staged.digest == digest => staged.revision,
        superseded => {
            // The revision number is the version that this header is written at. Versions are never
            // reused, so a page of another staged revision can never have the same key.
            let revision = invoice.version + 1;
            next.superseded_revisions.extend(superseded.as_ref().map(|staged| staged.revision));
            next.staged_revision = Some(StagedRevision { revision, digest: digest.to_owned() });
            revision
        }
    };
    next.status = unless_open(invoice, InvoiceStatus::Ingesting);
    (next, revision)
}

/// Returns the header that shows the staged revision. The set that it showed before becomes
/// superseded.
pub(super) fn published(staged: &Invoice, set: LineSet) -> Invoice {
    let mut next = staged.clone();
    next.superseded_revisions.extend(staged.lines.as_ref().map(|set| set.revision));
    next.status = unless_open(staged, InvoiceStatus::Ingested);
    Invoice { staged_revision: None, lines: Some(set), error: None, ..next }
}

/// Returns the header for content that it shows already. A staged revision, which then has other
/// content, becomes superseded.
pub(super) fn unchanged(invoice: &Invoice) -> Invoice {
    Invoice { status: unless_open(invoice, InvoiceStatus::Ingested), error: None, ..unstaged(invoice) }
}

/// Returns the header without a staged revision. One that it had becomes superseded.
pub(super) fn unstaged(invoice: &Invoice) -> Invoice {
    let mut next = invoice.clone();
    next.superseded_revisions.extend(invoice.staged_revision.as_ref().map(|staged| staged.revision));
    Invoice { staged_revision: None, ..next }
}

/// Returns `status`, except for a preview: it stays `Open` however often its lines are written.
fn unless_open(invoice: &Invoice, status: InvoiceStatus) -> InvoiceStatus {
    if invoice.status == InvoiceStatus::Open { InvoiceStatus::Open } else { status }
}
