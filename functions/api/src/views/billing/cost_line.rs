//! Cost lines.

use chrono::{DateTime, Utc};
use domain::billing::{
    Confidence, CostLine, Existence, Invoice, InvoiceStatus, Match, MatchMethod, MatchedResource, UnmatchedReason,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::views::Price;

/// One line of an invoice, and whose it is: it has a `resource`, or an `unmatched_reason`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CostLine)]
pub struct CostLineView {
    /// The account.
    #[schema(example = "main")]
    pub account: String,
    /// The invoice.
    #[schema(example = "22737513-0ea7-4206-8ceb-98a575af7681")]
    pub invoice_uuid: String,
    /// The status of the invoice: `open` where it is the running month's preview, whose lines change every day.
    #[schema(value_type = String, pattern = "^(pending|ingesting|ingested|failed|open)$", example = "ingested")]
    pub invoice_status: InvoiceStatus,
    /// Which row of the invoice it is, from 1.
    #[schema(example = 7)]
    pub line: u32,
    /// The month that the invoice is for.
    #[schema(example = "2026-04")]
    pub period: String,
    /// What sort of cost it is: a kind of resource, a cost of no resource such as `tax`, or `other:<product>`.
    #[schema(example = "droplet")]
    pub kind: String,
    /// DigitalOcean's name of what was sold.
    #[schema(example = "Droplets")]
    pub product: String,
    /// What the charge is grouped under: the cluster of a Kubernetes node or of a database.
    #[schema(required)]
    pub group_description: Option<String>,
    /// What was sold, in DigitalOcean's words.
    #[schema(example = "web-1 (s-1vcpu-1gb)")]
    pub description: String,
    /// Hours of use; null for taxes and credits.
    #[schema(required, example = 720.0)]
    pub hours: Option<f64>,
    /// When it began.
    #[schema(required)]
    pub start: Option<DateTime<Utc>>,
    /// When it ended, as DigitalOcean writes it.
    #[schema(required)]
    pub end: Option<DateTime<Utc>>,
    /// What it cost; it may have fractions of a cent.
    pub amount: Price,
    /// The name that its project had then.
    #[schema(required, example = "acme-web")]
    pub project_name: Option<String>,
    /// `iaas` or `paas`; older invoices do not say.
    #[schema(required, example = "iaas")]
    pub category: Option<String>,
    /// The resource it is for.
    #[schema(required)]
    pub resource: Option<ChargedResourceView>,
    /// How the resource was found: by `id`, `name`, `parent_name`, `group` or `fuzzy_name`.
    #[schema(required, value_type = Option<String>, example = "name")]
    pub match_method: Option<MatchMethod>,
    /// How sure that is, in percent.
    #[schema(required, value_type = Option<u8>, example = 100)]
    pub match_confidence: Option<Confidence>,
    /// Why it has no resource: `tax`, `credit`, `account_level`, `destroyed_before_first_sync`, `name_variance` or `unknown_product`; all
    /// but the last explain it.
    #[schema(required, value_type = Option<String>, example = json!(null))]
    pub unmatched_reason: Option<UnmatchedReason>,
}

/// A resource that a cost line is for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ChargedResource)]
pub struct ChargedResourceView {
    /// Its kind.
    #[schema(example = "droplet")]
    pub kind: String,
    /// DigitalOcean's id of it.
    #[schema(example = "400123456")]
    pub provider_id: String,
    /// Its name.
    #[schema(example = "web-1")]
    pub name: String,
    /// Whether it still was there when it was matched: `live` or `tombstone`.
    #[schema(value_type = String, pattern = "^(live|tombstone)$", example = "live")]
    pub existence: Existence,
}

impl CostLineView {
    /// A line of this invoice.
    #[must_use]
    pub fn new(invoice: &Invoice, line: CostLine) -> Self {
        let CostLine { line, kind, charge, item: _, outcome } = line;
        let found = outcome.matched();
        Self {
            account: invoice.account.to_string(),
            invoice_uuid: invoice.uuid.to_string(),
            invoice_status: invoice.status,
            line,
            period: invoice.period.to_string(),
            kind: kind.into(),
            product: charge.product,
            group_description: charge.group_description,
            description: charge.description,
            hours: charge.hours.and_then(|hours| hours.try_into().ok()),
            start: charge.start,
            end: charge.end,
            amount: charge.amount.into(),
            project_name: charge.project_name,
            category: charge.category,
            match_method: found.map(|found| found.method),
            match_confidence: found.map(|found| found.confidence),
            unmatched_reason: outcome.reason(),
            resource: found.cloned().map(Into::into),
        }
    }
}

impl From<Match> for ChargedResourceView {
    fn from(found: Match) -> Self {
        let Match { resource: MatchedResource { kind, provider_id, name }, existence, .. } = found;
        Self { kind: kind.into(), provider_id: provider_id.into(), name, existence }
    }
}
