//! The representation of match rates.

use chrono::{DateTime, Utc};
use domain::Coverage;
use domain::billing::{MatchCounts, Period};
use serde::Serialize;
use utoipa::ToSchema;

/// The share of invoice lines that have an owner, for one month or for all.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MatchRate)]
pub struct MatchRateView {
    /// Month of the invoices; null for all months.
    #[schema(required, example = "2026-04")]
    pub period: Option<String>,
    /// Number of invoices that the rate covers.
    #[schema(example = 1)]
    pub invoices: u32,
    /// Number of lines that were read.
    #[schema(example = 33)]
    pub lines: u32,
    /// Number of lines that have a resource.
    #[schema(example = 17)]
    pub matched: u32,
    /// Number of lines without a resource that have an explanation.
    #[schema(example = 16)]
    pub explained: u32,
    /// Number of lines that have neither a resource nor an explanation.
    #[schema(example = 0)]
    pub unexplained: u32,
    /// Share of lines with a resource, in percent with one decimal; null if there are no lines.
    #[schema(required, example = 51.5)]
    pub rate: Option<f64>,
    /// Age limit of the data: nothing in the response is older than this, the oldest of the
    /// complete reads of DigitalOcean that it depends on.
    pub as_of: DateTime<Utc>,
    /// True if every invoice is known and the last ingestion of each succeeded.
    pub complete: bool,
}

impl MatchRateView {
    /// Represents the counts of this many invoices' lines.
    #[must_use]
    pub fn new(period: Option<Period>, invoices: usize, counts: MatchCounts, coverage: Coverage) -> Self {
        Self {
            period: period.map(Into::into),
            invoices: u32::try_from(invoices).unwrap_or(u32::MAX),
            lines: counts.lines,
            matched: counts.matched,
            explained: counts.explained,
            unexplained: counts.unexplained(),
            rate: Some(counts.rate()).filter(|_| counts.lines > 0).and_then(|rate| rate.try_into().ok()),
            as_of: coverage.as_of,
            complete: coverage.complete,
        }
    }
}
