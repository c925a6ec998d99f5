//! Pure decisions on the header of an invoice, from what DigitalOcean lists.

use std::collections::BTreeSet;

use domain::billing::{AmountSource, Invoice, InvoiceStatus, Period};
use domain::{AccountId, InvalidId, InvoiceUuid, Money};
use store::InvoiceWrite;

/// An invoice as DigitalOcean lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedInvoice {
    /// The month that the invoice bills.
    pub period: Period,
    /// DigitalOcean's UUID of the invoice.
    pub uuid: InvoiceUuid,
    /// The invoice number printed on the document.
    pub invoice_id: Option<String>,
    /// The total of the invoice, in US dollars.
    pub amount: Money,
}

impl TryFrom<digitalocean::Invoice> for ListedInvoice {
    type Error = InvalidId;

    /// Converts a listed invoice. An invalid id or month is an error for the whole list, because
    /// leaving the invoice out would mean "not billed".
    fn try_from(invoice: digitalocean::Invoice) -> Result<Self, InvalidId> {
        Ok(Self {
            period: Period::new(&invoice.invoice_period)?,
            uuid: InvoiceUuid::new(invoice.invoice_uuid)?,
            invoice_id: invoice.invoice_id,
            amount: Money::usd(invoice.amount),
        })
    }
}

/// Returns the header to write for a listed invoice; `None` if the current one is up to date.
///
/// The status of an ingested invoice does not change, with two exceptions. A preview that became
/// the month's invoice under its own id is set to pending, and keeps the preview's amount. An
/// invoice whose amount has changed is set to pending too: this guarantees that it is read again
/// even if the message for it is lost. The previous lines stay published until then.
#[must_use]
pub fn updated_header(account: &AccountId, listed: &ListedInvoice, current: Option<&Invoice>) -> Option<InvoiceWrite> {
    let ListedInvoice { period, uuid, invoice_id, amount } = listed.clone();
    let Some(current) = current else {
        return Some(InvoiceWrite { before: None, invoice: pending(account, period, uuid, invoice_id, amount) });
    };
    let (status, preview_amount) = match current.status {
        InvoiceStatus::Open => (InvoiceStatus::Pending, Some(current.amount)),
        InvoiceStatus::Ingested if current.amount.amount != amount.amount => {
            (InvoiceStatus::Pending, current.preview_amount)
        }
        status => (status, current.preview_amount),
    };
    let invoice_id = invoice_id.or_else(|| current.invoice_id.clone());
    let next = Invoice { invoice_id, amount, status, preview_amount, updated_at: None, ..current.clone() };
    (next != *current).then(|| InvoiceWrite {
        before: Some(current.version),
        invoice: Invoice { version: current.version + 1, ..next },
    })
}

fn pending(
    account: &AccountId,
    period: Period,
    uuid: InvoiceUuid,
    invoice_id: Option<String>,
    amount: Money,
) -> Invoice {
    Invoice {
        account: account.clone(),
        uuid,
        invoice_id,
        period,
        amount,
        status: InvoiceStatus::Pending,
        updated_at: None,
        lines: None,
        staged_revision: None,
        superseded_revisions: BTreeSet::new(),
        preview_amount: None,
        error: None,
        version: 1,
    }
}

/// Returns whether an invoice must be read: it was never read completely, or it was tied out before
/// the history had its entry and the history has it now.
#[must_use]
pub fn is_due(invoice: &Invoice, in_history: bool) -> bool {
    let lacks_history = || {
        let missing = invoice.lines.as_ref().map(|set| &set.tie_out.missing);
        missing.is_none_or(|missing| missing.contains(&AmountSource::History))
    };
    match invoice.status {
        InvoiceStatus::Pending | InvoiceStatus::Ingesting | InvoiceStatus::Failed => true,
        InvoiceStatus::Ingested => in_history && lacks_history(),
        InvoiceStatus::Open => false,
    }
}

/// Returns whether a rematch may find owners: the invoice is ingested, and some of its lines have
/// no owner. The header does not say whether their reasons can change; only the lines do.
#[must_use]
pub fn is_rematchable(invoice: &Invoice) -> bool {
    let has_unmatched = |set: &domain::billing::LineSet| set.counts.matched < set.counts.lines;
    invoice.status == InvoiceStatus::Ingested && invoice.lines.as_ref().is_some_and(has_unmatched)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::billing::{LineSet, MatchCounts, TieOut, TieOutStatus};
    use rust_decimal::Decimal;

    fn demo() -> AccountId {
        AccountId::new("demo").unwrap()
    }

    fn listed(cents: i64) -> ListedInvoice {
        ListedInvoice {
            period: Period::new("2026-04").unwrap(),
            uuid: InvoiceUuid::new("u1").unwrap(),
            invoice_id: Some("7".to_owned()),
            amount: Money::usd(Decimal::new(cents, 2)),
        }
    }

    fn ingested(status: InvoiceStatus, missing: Vec<AmountSource>) -> Invoice {
        let set = LineSet {
            revision: 1,
            content_hash: String::new(),
            counts: MatchCounts { lines: 2, matched: 1, explained: 1 },
            tie_out: TieOut { status: TieOutStatus::Incomplete, differences: vec![], missing },
            ingested_at: "2026-05-01T06:00:00Z".parse().unwrap(),
        };
        let header = updated_header(&demo(), &listed(500), None).unwrap().invoice;
        Invoice { status, lines: Some(set), ..header }
    }

    #[test]
    fn an_ingested_invoice_stays_so_until_its_amount_changes() {
        use InvoiceStatus::{Failed, Ingested, Ingesting, Open, Pending};
        // (status, status after the same amount, status after another amount).
        let cases = [
            (Pending, Pending, Pending),
            (Ingesting, Ingesting, Ingesting),
            (Failed, Failed, Failed),
            (Ingested, Ingested, Pending),
            (Open, Pending, Pending),
        ];
        for (status, same, other) in cases {
            let current = ingested(status, vec![]);
            for (cents, after) in [(500, same), (501, other)] {
                let write = updated_header(&demo(), &listed(cents), Some(&current));
                let Some(InvoiceWrite { before, invoice }) = write else {
                    assert_eq!((status, cents), (after, 500), "nothing is written if nothing is new");
                    continue;
                };
                assert_eq!((before, invoice.version), (Some(1), 2), "{status:?}, {cents}");
                assert_eq!((invoice.status, invoice.amount), (after, listed(cents).amount), "{status:?}, {cents}");
                assert_eq!(invoice.lines, current.lines, "the previous lines stay published");
                assert_eq!(invoice.preview_amount, (status == Open).then_some(current.amount), "{status:?}");
            }
        }
    }

    #[test]
    fn an_invoice_is_due_until_it_was_tied_out_with_the_history() {
        use InvoiceStatus::{Failed, Ingested, Ingesting, Open, Pending};
        let history = vec![AmountSource::History];
        let cases = [
            (Pending, vec![], false, true),
            (Ingesting, vec![], false, true),
            (Failed, vec![], true, true),
            (Ingested, vec![], true, false),
            (Ingested, vec![AmountSource::Summary], true, false),
            (Ingested, history.clone(), true, true),
            (Ingested, history.clone(), false, false),
            (Open, history, true, false),
        ];
        for (status, missing, in_history, due) in cases {
            let invoice = ingested(status, missing.clone());
            assert_eq!(is_due(&invoice, in_history), due, "{status:?}, {missing:?}, {in_history}");
        }
    }

    #[test]
    fn only_an_ingested_invoice_with_unmatched_lines_is_rematchable() {
        let mut invoice = ingested(InvoiceStatus::Ingested, vec![]);
        assert!(is_rematchable(&invoice));
        assert!(!is_rematchable(&Invoice { status: InvoiceStatus::Failed, ..invoice.clone() }));
        invoice.lines.as_mut().unwrap().counts.matched = 2;
        assert!(!is_rematchable(&invoice));
        assert!(!is_rematchable(&Invoice { lines: None, ..invoice }));
    }
}
