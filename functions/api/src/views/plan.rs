//! Plans of sagas.

use sagas::plan::{PlannedStep, SagaPlan};
use sagas::steps::{PlannedChange, PlannedEffect, Preview, SiblingTtl, Undo};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Price;

/// What a saga would do. Nothing was written.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Plan)]
pub struct PlanView {
    /// Send it as `plan_hash`, and the saga is refused unless it would still do just this.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub hash: String,
    /// What sort of saga.
    #[serde(rename = "type")]
    #[schema(example = "ensure-dns")]
    pub saga_type: String,
    /// The account it would work in.
    #[schema(example = "main")]
    pub account: String,
    /// Whose it would be.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// What each step would do, on what the steps before it would leave.
    pub steps: Vec<PlannedStepView>,
    /// Whether all of it could be undone; what is deleted and made again has another id then.
    pub reversible: bool,
    /// The step at which it would fail as things are now, and be undone.
    #[schema(required, example = 1)]
    pub fails_at: Option<usize>,
    /// What it costs more a month, at most; null where nothing that it does costs.
    #[schema(required)]
    pub price_monthly_up_to: Option<Price>,
}

/// What a step would do.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PlannedStep)]
pub struct PlannedStepView {
    /// Which of the saga's steps: 0 for the first.
    #[schema(example = 0)]
    pub index: usize,
    /// What it does.
    #[schema(example = "upsert_dns_record")]
    pub step: String,
    /// `create`, `update`, `delete`, `none` (all is as it should be), `wait`, `fail`, or `unknown`: it depends on what an earlier step gives.
    #[schema(value_type = String, pattern = "^(create|update|delete|none|wait|fail|unknown)$", example = "update")]
    pub effect: PlannedEffect,
    /// The same in a sentence.
    #[schema(example = "A www.shop.example: 1 write(s), 0 of them a deletion")]
    pub summary: String,
    /// What changes. In names the digits of the saga's id stand as zeros.
    pub changes: Vec<PlannedChangeView>,
    /// Other records of that name and type whose time to live changes as well: DigitalOcean keeps one for all of them.
    pub sibling_ttls: Vec<SiblingTtlView>,
    /// What undoing could restore: `nothing` (nothing is to be undone), `exact` (all of it), `new_ids` (all but the ids of what is made
    /// again).
    #[schema(value_type = String, pattern = "^(nothing|exact|new_ids)$", example = "exact")]
    pub undo: Undo,
    /// What it costs more a month, at most.
    #[schema(required)]
    pub price_monthly_up_to: Option<Price>,
}

/// One thing that would change.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PlannedChange)]
pub struct PlannedChangeView {
    /// What.
    #[schema(example = "A www.shop.example")]
    pub what: String,
    /// What it is; null where there is nothing.
    #[schema(required, nullable)]
    pub before: Value,
    /// What it would be; null where there would be nothing.
    #[schema(required, nullable)]
    pub after: Value,
}

/// A record whose time to live would change with that of another.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SiblingTtl)]
pub struct SiblingTtlView {
    /// The record's id.
    #[schema(example = "3352892")]
    pub id: String,
    /// What it stands for.
    #[schema(example = "192.0.2.7")]
    pub data: String,
    /// Its time to live, in seconds.
    #[schema(example = 3600)]
    pub before: u32,
    /// What that would be.
    #[schema(example = 300)]
    pub after: u32,
}

impl PlanView {
    /// The plan of a saga.
    #[must_use]
    pub fn new(plan: SagaPlan, saga_type: String, account: String, tenant_id: Option<String>) -> Self {
        let SagaPlan { hash, steps, reversible, fails_at, price_monthly_up_to } = plan;
        Self {
            hash,
            saga_type,
            account,
            tenant_id,
            steps: steps.into_iter().map(Into::into).collect(),
            reversible,
            fails_at,
            price_monthly_up_to: price_monthly_up_to.map(Into::into),
        }
    }
}

impl From<PlannedStep> for PlannedStepView {
    fn from(planned: PlannedStep) -> Self {
        let PlannedStep { index, step, preview } = planned;
        let Preview { effect, summary, changes, sibling_ttls, undo, price_monthly_up_to, basis: _, writes: _ } =
            preview;
        let change = |PlannedChange { what, before, after }| PlannedChangeView { what, before, after };
        let sibling = |SiblingTtl { id, data, before, after }| SiblingTtlView { id, data, before, after };
        Self {
            index,
            step,
            effect,
            summary,
            changes: changes.into_iter().map(change).collect(),
            sibling_ttls: sibling_ttls.into_iter().map(sibling).collect(),
            undo,
            price_monthly_up_to: price_monthly_up_to.map(Into::into),
        }
    }
}
