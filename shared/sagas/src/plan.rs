//! Plans: what a saga would do, and what its compensation could restore. Planning writes nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{AccountId, Money};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use crate::calls::{ReadRequest, ReadResult, Record, WriteRequest};
use crate::ports::{Fault, Observations, Provider};
use crate::record::Definition;
use crate::record::resolve;
use crate::record::{SagaId, StepState, digest};
use crate::step::{PlannedEffect, Preview, Prices, StepContext, Steps};
use crate::timing::Timing;

/// The plan of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedStep {
    /// The index of the step in the saga.
    pub index: usize,
    /// The step's name, such as `upsert_dns_record`.
    pub step: String,
    /// The changes that the step would make.
    #[serde(flatten)]
    pub preview: Preview,
}

/// The plan of a whole saga.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SagaPlan {
    /// The digest of the definition and of the state that the plan is based on. A saga that is
    /// started with it is refused if either has changed.
    pub hash: String,
    /// The plans of the steps, in order.
    pub steps: Vec<PlannedStep>,
    /// True if all changes could be undone, except for the ids of recreated objects.
    pub reversible: bool,
    /// The index of the step that would fail in the present state; none if all would succeed.
    pub fails_at: Option<usize>,
    /// The highest additional cost, per month; none if nothing costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_monthly_up_to: Option<Money>,
}

/// The context in which a plan is made.
#[derive(Debug, Clone, Copy)]
pub struct Planner<'a> {
    /// The steps that this build has.
    pub steps: Steps,
    /// The durations and limits of the engine.
    pub timing: &'a Timing,
    /// The list prices to calculate with.
    pub prices: Prices,
    /// The id that the saga would have; names of new objects are built from it.
    pub saga: SagaId,
    /// The time of the plan.
    pub now: DateTime<Utc>,
}

impl Planner<'_> {
    /// Returns the plan of a definition. Each step is planned on the state that the steps before it
    /// would leave.
    ///
    /// # Errors
    /// When a read fails, other than with 404.
    pub async fn plan(
        &self,
        provider: &dyn Provider,
        account: &AccountId,
        definition: &Definition,
    ) -> Result<SagaPlan, Fault> {
        let mut known: BTreeMap<String, Result<ReadResult, Fault>> = BTreeMap::new();
        let mut steps = Vec::new();
        for (index, spec) in definition.steps.iter().enumerate() {
            let Some(kind) = self.steps.of(spec) else { continue };
            let state = StepState::pending();
            let inputs = spec.inputs.iter().map(|(name, value)| (name.clone(), resolve(value, &[]))).collect();
            let at = StepContext {
                saga: &self.saga,
                account,
                index,
                ordinal: definition.ordinal(index),
                inputs: &inputs,
                pre_image: None,
                state: &state,
                earlier: &[],
                recreated: &BTreeMap::new(),
                timing: self.timing,
                now: self.now,
            };
            let step = kind.opened(at);
            let mut observations = Observations::nothing();
            for read in step.plan_reads() {
                let key = digest(&read);
                let answer = match known.get(&key) {
                    Some(answer) => answer.clone(),
                    None => provider.read(account, &read).await,
                };
                if let Err(fault) = &answer
                    && !matches!(fault, Fault::NotFound(_))
                {
                    return Err(fault.clone());
                }
                known.insert(key, answer.clone());
                observations.add(read, answer);
            }
            let preview = step.preview(&observations, &self.prices);
            for write in &preview.writes {
                apply_planned_write(&mut known, write);
            }
            steps.push(PlannedStep { index, step: spec.step.clone(), preview });
        }
        Ok(build_plan(definition, steps))
    }
}

fn build_plan(definition: &Definition, steps: Vec<PlannedStep>) -> SagaPlan {
    let bases: Vec<(&str, &Value)> = steps.iter().map(|step| (step.step.as_str(), &step.preview.basis)).collect();
    let hash = digest(&(definition.hash(), bases));
    let prices = steps.iter().filter_map(|step| step.preview.price_monthly_up_to);
    let price = prices.map(|price| price.amount).reduce(|sum: Decimal, price| sum.saturating_add(price));
    SagaPlan {
        hash,
        reversible: steps.iter().all(|step| step.preview.effect != PlannedEffect::Unknown),
        fails_at: steps.iter().find(|step| step.preview.effect == PlannedEffect::Fail).map(|step| step.index),
        price_monthly_up_to: price.map(Money::usd),
        steps,
    }
}

/// Applies a planned write to the known records of its zone, for the steps that follow.
fn apply_planned_write(known: &mut BTreeMap<String, Result<ReadResult, Fault>>, write: &WriteRequest) {
    let (WriteRequest::CreateRecord { zone, .. }
    | WriteRequest::UpdateRecord { zone, .. }
    | WriteRequest::DeleteRecord { zone, .. }) = write
    else {
        return;
    };
    let Some(Ok(ReadResult::Records(records))) = known.get_mut(&digest(&ReadRequest::Records { zone: zone.clone() }))
    else {
        return;
    };
    let (id, fields) = match write {
        WriteRequest::CreateRecord { record, .. } => (u64::MAX - records.len() as u64, Some(record)),
        WriteRequest::UpdateRecord { id, record, .. } => (*id, Some(record)),
        WriteRequest::DeleteRecord { id, .. } => (*id, None),
        WriteRequest::SnapshotDroplet { .. } | WriteRequest::DeleteSnapshot { .. } => return,
    };
    records.retain(|record| record.id != id);
    let Some(fields) = fields else { return };
    for sibling in records
        .iter_mut()
        .filter(|sibling| sibling.fields.record_type == fields.record_type && sibling.fields.name == fields.name)
    {
        sibling.fields.ttl = fields.ttl;
    }
    records.push(Record { id, fields: fields.clone() });
}
