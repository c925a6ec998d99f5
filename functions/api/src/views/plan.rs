//! The representation of saga plans.

use domain::Money;
use sagas::plan::{PlannedStep, SagaPlan};
use sagas::step::{PlannedChange, PlannedEffect, Preview, SiblingTtl, Undo};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The changes that a saga would make; creating the plan wrote nothing.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Plan)]
pub struct PlanView {
    /// Hash of the plan. A saga that is started with it as `plan_hash` is refused if it would do
    /// anything else.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub hash: String,
    /// Type of the saga, as in the request.
    #[serde(rename = "type")]
    #[schema(example = "ensure-dns")]
    pub saga_type: String,
    /// Account in which the saga would make its changes.
    #[schema(example = "main")]
    pub account: String,
    /// Tenant that would own the saga; null if its targets have no owner or several.
    #[schema(required, example = "acme")]
    pub tenant_id: Option<String>,
    /// Changes of each step, assuming that all earlier steps succeed.
    pub steps: Vec<PlannedStepView>,
    /// True if the saga could be rolled back completely. Recreated objects get new ids.
    pub reversible: bool,
    /// Index of the step that would fail in the current state, after which the saga would be rolled
    /// back; null if none would.
    #[schema(required, example = 1)]
    pub fails_at: Option<usize>,
    /// Upper limit of the additional monthly cost; null if no step costs anything.
    #[schema(required)]
    pub price_monthly_up_to: Option<Money>,
}

/// The changes that a step would make.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PlannedStep)]
pub struct PlannedStepView {
    /// Index of the step; the first is 0.
    #[schema(example = 0)]
    pub index: usize,
    /// Name of the step's type.
    #[schema(example = "upsert_dns_record")]
    pub step: String,
    /// Effect of the step: `create`, `update`, `delete`, `none` (everything is as requested),
    /// `wait`, `fail`, or `unknown` (it depends on the output of an earlier step).
    #[schema(value_type = String, pattern = "^(create|update|delete|none|wait|fail|unknown)$", example = "update")]
    pub effect: PlannedEffect,
    /// Effect of the step as a sentence.
    #[schema(example = "A www.shop.example: 1 write(s), 0 of them a deletion")]
    pub summary: String,
    /// Changes that the step would make. Names contain zeros in place of the digits of the saga's
    /// id, which does not exist yet.
    pub changes: Vec<PlannedChangeView>,
    /// Other records of the same name and type whose time to live would change, because
    /// DigitalOcean keeps one for all of them.
    pub sibling_ttls: Vec<SiblingTtlView>,
    /// Result of a compensation: `nothing` (there is nothing to restore), `exact` (everything is
    /// restored) or `new_ids` (everything but the ids of recreated objects).
    #[schema(value_type = String, pattern = "^(nothing|exact|new_ids)$", example = "exact")]
    pub undo: Undo,
    /// Upper limit of the step's additional monthly cost.
    #[schema(required)]
    pub price_monthly_up_to: Option<Money>,
}

/// A change of one object.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PlannedChange)]
pub struct PlannedChangeView {
    /// Name of the object.
    #[schema(example = "A www.shop.example")]
    pub what: String,
    /// Current value; null if the object does not exist.
    #[schema(required, nullable)]
    pub before: Value,
    /// Value after the change; null if the object would be deleted.
    #[schema(required, nullable)]
    pub after: Value,
}

/// A DNS record whose time to live would change together with that of another record.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SiblingTtl)]
pub struct SiblingTtlView {
    /// DigitalOcean's id of the record.
    #[schema(example = "3352892")]
    pub id: String,
    /// Data of the record.
    #[schema(example = "192.0.2.7")]
    pub data: String,
    /// Current time to live, in seconds.
    #[schema(example = 3600)]
    pub before: u32,
    /// Time to live after the change, in seconds.
    #[schema(example = 300)]
    pub after: u32,
}

impl PlanView {
    /// Represents the plan of a saga of this type, account and tenant.
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
            price_monthly_up_to,
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
            price_monthly_up_to,
        }
    }
}
