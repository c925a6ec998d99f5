//! How many lines have an owner.

use chrono::{DateTime, Utc};
use domain::billing::{MatchCounts, Period};
use serde::Serialize;
use utoipa::ToSchema;

use crate::freshness::Coverage;

/// How many lines of a month's invoices, or of all, have an owner.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MatchRate)]
pub struct MatchRateView {
    /// The month; null for all.
    #[schema(required, example = "2026-04")]
    pub period: Option<String>,
    /// How many invoices there are.
    #[schema(example = 1)]
    pub invoices: u32,
    /// How many lines of theirs were read.
    #[schema(example = 33)]
    pub lines: u32,
    /// How many of them have a resource.
    #[schema(example = 17)]
    pub matched: u32,
    /// How many of the others have a reason that explains it.
    #[schema(example = 16)]
    pub explained: u32,
    /// How many have neither.
    #[schema(example = 0)]
    pub unexplained: u32,
    /// The share of lines with a resource, in percent with one decimal; null where there are no lines.
    #[schema(required, example = 51.5)]
    pub rate: Option<f64>,
    /// Nothing in the answer is older than this: the oldest of the complete reads of DigitalOcean that it rests on.
    pub as_of: DateTime<Utc>,
    /// Whether every invoice is known and its lines were read the last time.
    pub complete: bool,
}

impl MatchRateView {
    /// Of so many invoices, whose lines these are.
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
