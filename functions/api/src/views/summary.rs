//! The representation of the inventory summary.

use chrono::{DateTime, Utc};
use domain::Coverage;
use domain::Money;
use domain::Project;
use serde::Serialize;
use store::{SummaryCount, SummaryKey};
use utoipa::ToSchema;

use crate::http::representation::Tabular;

/// The resources of one kind, project and tenant in an account, counted.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SummaryRow)]
pub struct SummaryRowView {
    /// Account of the resources.
    #[schema(example = "main")]
    pub account: String,
    /// Kind of the resources.
    #[schema(example = "droplet")]
    pub kind: String,
    /// Project that contains the resources; null if no project is known.
    #[schema(required, example = "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679")]
    pub project_id: Option<String>,
    /// Name of that project.
    #[schema(required, example = "acme-web")]
    pub project_name: Option<String>,
    /// Tenant that owns the resources; null if there is none.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// Number of resources in the row.
    #[schema(example = 12)]
    pub count: u64,
    /// Number of those resources without a list price.
    #[schema(example = 0)]
    pub unpriced: u64,
    /// Total monthly list price of the others; null if none has a price.
    #[schema(required)]
    pub price_monthly: Option<Money>,
}

/// The totals of all rows of a summary.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SummaryTotals)]
pub struct SummaryTotalsView {
    /// Number of resources in all rows.
    #[schema(example = 57)]
    pub count: u64,
    /// Number of those resources without a list price.
    #[schema(example = 31)]
    pub unpriced: u64,
    /// Total monthly list price of the others; null if none has a price.
    #[schema(required)]
    pub price_monthly: Option<Money>,
}

/// All resources that the caller may see, counted on a single page.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Summary)]
pub struct SummaryView {
    /// Rows, one for each account, kind, project and tenant that has resources.
    pub data: Vec<SummaryRowView>,
    /// Totals of all rows.
    pub totals: SummaryTotalsView,
    /// Age limit of the data: nothing in the response is older than this, the oldest of the
    /// complete reads of DigitalOcean that it depends on.
    pub as_of: DateTime<Utc>,
    /// True if the last read of every list that the response depends on was complete. Otherwise
    /// items may be missing or outdated.
    pub complete: bool,
}

impl SummaryRowView {
    /// Represents the count of `key`; `project` is the project that the key names.
    #[must_use]
    pub fn new(key: SummaryKey, count: SummaryCount, project: Option<&Project>) -> Self {
        let SummaryKey { account, kind, project_id, tenant_id } = key;
        Self {
            account: account.into(),
            kind: kind.into(),
            project_id: project_id.map(Into::into),
            project_name: project.map(|project| project.facts.name.clone()),
            tenant_id: tenant_id.map(Into::into),
            count: count.count,
            unpriced: count.unpriced,
            price_monthly: count.price(),
        }
    }
}

impl SummaryView {
    /// Combines the rows, their totals and their freshness.
    #[must_use]
    pub fn new(data: Vec<SummaryRowView>, total: SummaryCount, coverage: Coverage) -> Self {
        let price_monthly = total.price();
        let totals = SummaryTotalsView { count: total.count, unpriced: total.unpriced, price_monthly };
        Self { data, totals, as_of: coverage.as_of, complete: coverage.complete }
    }
}

impl Tabular for SummaryView {
    type Row = SummaryRowView;

    fn page(&self) -> (&[SummaryRowView], Option<&str>, Coverage) {
        (&self.data, None, Coverage { as_of: self.as_of, complete: self.complete })
    }
}
