//! The representation of cost lines.

use chrono::{DateTime, Utc};
use domain::Money;
use domain::billing::{
    Confidence, CostLine, Existence, Invoice, InvoiceStatus, Match, MatchMethod, MatchedResource, UnmatchedReason,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A line of an invoice with its owner: either a `resource` or an `unmatched_reason`.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CostLine)]
pub struct CostLineView {
    /// Account that was billed.
    #[schema(example = "main")]
    pub account: String,
    /// DigitalOcean's id of the invoice.
    #[schema(example = "22737513-0ea7-4206-8ceb-98a575af7681")]
    pub invoice_uuid: String,
    /// Status of the invoice; `open` for the preview of the running month, whose lines change every
    /// day.
    #[schema(value_type = String, pattern = "^(pending|ingesting|ingested|failed|open)$", example = "ingested")]
    pub invoice_status: InvoiceStatus,
    /// Number of the row in the invoice; the first is 1.
    #[schema(example = 7)]
    pub line: u32,
    /// Month of the invoice.
    #[schema(example = "2026-04")]
    pub period: String,
    /// Kind of cost: a kind of resource, a cost without a resource such as `tax`, or
    /// `other:<product>`.
    #[schema(example = "droplet")]
    pub kind: String,
    /// Product name as DigitalOcean writes it.
    #[schema(example = "Droplets")]
    pub product: String,
    /// Group of the charge: the cluster of a Kubernetes node or of a database.
    #[schema(required)]
    pub group_description: Option<String>,
    /// Description of the charge as DigitalOcean writes it.
    #[schema(example = "web-1 (s-1vcpu-1gb)")]
    pub description: String,
    /// Hours of use; null for taxes and credits.
    #[schema(required, example = 720.0)]
    pub hours: Option<f64>,
    /// Beginning of the charge.
    #[schema(required)]
    pub start: Option<DateTime<Utc>>,
    /// End of the charge, as DigitalOcean writes it.
    #[schema(required)]
    pub end: Option<DateTime<Utc>>,
    /// Amount of the charge, which may contain fractions of a cent.
    pub amount: Money,
    /// Name of the resource's project at that time, as DigitalOcean writes it.
    #[schema(required, example = "acme-web")]
    pub project_name: Option<String>,
    /// Category of the charge, `iaas` or `paas`; null on older invoices.
    #[schema(required, example = "iaas")]
    pub category: Option<String>,
    /// Resource that caused the charge.
    #[schema(required)]
    pub resource: Option<ChargedResourceView>,
    /// Method by which the resource was found: `id`, `name`, `parent_name`, `group` or
    /// `fuzzy_name`.
    #[schema(required, value_type = Option<String>, example = "name")]
    pub match_method: Option<MatchMethod>,
    /// Confidence of the match in percent.
    #[schema(required, value_type = Option<u8>, example = 100)]
    pub match_confidence: Option<Confidence>,
    /// Reason why the line has no resource: `tax`, `credit`, `account_level`,
    /// `destroyed_before_first_sync`, `name_variance` or `unknown_product`. All but the last count
    /// as explained.
    #[schema(required, value_type = Option<String>, example = json!(null))]
    pub unmatched_reason: Option<UnmatchedReason>,
}

/// The resource that caused a charge.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ChargedResource)]
pub struct ChargedResourceView {
    /// Kind of the resource.
    #[schema(example = "droplet")]
    pub kind: String,
    /// DigitalOcean's id of the resource.
    #[schema(example = "400123456")]
    pub provider_id: String,
    /// Name of the resource.
    #[schema(example = "web-1")]
    pub name: String,
    /// State of the resource when the line was matched: `live` or `tombstone`.
    #[schema(value_type = String, pattern = "^(live|tombstone)$", example = "live")]
    pub existence: Existence,
}

impl CostLineView {
    /// Represents a line of this invoice.
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
            amount: charge.amount,
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
