//! How much there is of what, and what it costs by list price.

use chrono::{DateTime, Utc};
use domain::Project;
use serde::Serialize;
use store::{SummaryCount, SummaryKey};
use utoipa::ToSchema;

use super::Price;
use crate::freshness::Coverage;
use crate::representation::Tabular;

/// What there is of one kind, in one project, of one tenant.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SummaryRow)]
pub struct SummaryRowView {
    /// The account.
    #[schema(example = "main")]
    pub account: String,
    /// The kind.
    #[schema(example = "droplet")]
    pub kind: String,
    /// The project; null for what is in none that is known.
    #[schema(required, example = "4e1bfbc3-dc3e-41f2-a18f-1b4d7ba71679")]
    pub project_id: Option<String>,
    /// That project's name.
    #[schema(required, example = "acme-web")]
    pub project_name: Option<String>,
    /// The tenant; null for what is nobody's.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// How many there are.
    #[schema(example = 12)]
    pub count: u64,
    /// For how many of them the API gives no list price.
    #[schema(example = 0)]
    pub unpriced: u64,
    /// The list prices of the others for a month, added up; null where none has one.
    #[schema(required)]
    pub price_monthly: Option<Price>,
}

/// All rows of a summary, added up.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SummaryTotals)]
pub struct SummaryTotalsView {
    /// How many there are.
    #[schema(example = 57)]
    pub count: u64,
    /// For how many of them the API gives no list price.
    #[schema(example = 31)]
    pub unpriced: u64,
    /// The list prices of the others for a month, added up; null where none has one.
    #[schema(required)]
    pub price_monthly: Option<Price>,
}

/// How much there is of what, all of it on one page.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Summary)]
pub struct SummaryView {
    /// A row for each account, kind, project and tenant that there is something of.
    pub data: Vec<SummaryRowView>,
    /// The rows added up.
    pub totals: SummaryTotalsView,
    /// Nothing in the answer is older than this: the oldest of the complete reads of DigitalOcean that it rests on.
    pub as_of: DateTime<Utc>,
    /// Whether all that the answer rests on was read whole the last time; if not, something may be missing or older than it should be.
    pub complete: bool,
}

impl SummaryRowView {
    /// What there is of `key`; `project` is the one that it names.
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
            price_monthly: count.price().map(Into::into),
        }
    }
}

impl SummaryView {
    /// These rows, what they add up to, and how fresh they are.
    #[must_use]
    pub fn new(data: Vec<SummaryRowView>, total: SummaryCount, coverage: Coverage) -> Self {
        let price_monthly = total.price().map(Into::into);
        let totals = SummaryTotalsView { count: total.count, unpriced: total.unpriced, price_monthly };
        Self { data, totals, as_of: coverage.as_of, complete: coverage.complete }
    }
}

impl Tabular for SummaryView {
    type Row = SummaryRowView;

    fn rows(&self) -> &[SummaryRowView] {
        &self.data
    }

    fn next_cursor(&self) -> Option<&str> {
        None
    }

    fn coverage(&self) -> Coverage {
        Coverage { as_of: self.as_of, complete: self.complete }
    }
}
