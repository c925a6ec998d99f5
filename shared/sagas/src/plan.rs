//! Plans: what a saga would do, and what undoing it could restore. Nothing is written.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{AccountId, Money};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use crate::definition::{Definition, resolve};
use crate::ports::{Fault, Observations, Provider, ReadRequest, ReadResult, Record, WriteRequest};
use crate::record::{SagaId, StepState, digest};
use crate::steps::{PlannedEffect, Preview, Prices, StepContext, Steps};
use crate::timing::Timing;

/// What one step would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedStep {
    /// Which step of the saga.
    pub index: usize,
    /// Its name.
    pub step: String,
    /// What it would do.
    #[serde(flatten)]
    pub preview: Preview,
}

/// What a saga would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SagaPlan {
    /// Names the definition and what was seen: whoever starts the saga with it is refused if either is another by then.
    pub hash: String,
    /// The steps, in order.
    pub steps: Vec<PlannedStep>,
    /// Whether all of it could be undone, ids excepted.
    pub reversible: bool,
    /// The step at which it would fail as things are now.
    pub fails_at: Option<usize>,
    /// What it costs more a month, at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_monthly_up_to: Option<Money>,
}

/// What a plan is made for.
#[derive(Debug, Clone, Copy)]
pub struct Planner<'a> {
    /// The steps of this build.
    pub steps: Steps,
    /// How long things take.
    pub timing: &'a Timing,
    /// List prices.
    pub prices: Prices,
    /// The id that the saga would have; names are built from it.
    pub saga: SagaId,
    /// The time now.
    pub now: DateTime<Utc>,
}

impl Planner<'_> {
    /// The plan of a definition: every step on what the steps before it would leave.
    ///
    /// # Errors
    /// When something could not be read.
    pub async fn plan(
        &self,
        provider: &dyn Provider,
        account: &AccountId,
        definition: &Definition,
    ) -> Result<SagaPlan, Fault> {
        let mut known: BTreeMap<String, Result<ReadResult, Fault>> = BTreeMap::new();
        let mut steps = Vec::new();
        for (index, spec) in definition.steps.iter().enumerate() {
            let Some(step) = self.steps.of(spec) else { continue };
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
            let mut seen = Observations::nothing();
            for read in step.plan_reads(&at) {
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
                seen.add(read, answer);
            }
            let preview = step.preview(&at, &seen, &self.prices).unwrap_or_else(|| {
                Preview::without_change(PlannedEffect::Unknown, "depends on what an earlier step gives")
            });
            for write in &preview.writes {
                foresee(&mut known, write);
            }
            steps.push(PlannedStep { index, step: spec.step.clone(), preview });
        }
        Ok(assembled(definition, steps))
    }
}

fn assembled(definition: &Definition, steps: Vec<PlannedStep>) -> SagaPlan {
    let rests_on: Vec<(&str, &Value)> = steps.iter().map(|step| (step.step.as_str(), &step.preview.basis)).collect();
    let hash = digest(&(definition.hash(), rests_on));
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

/// Changes what is known of a zone as a write would, for the steps that come after.
fn foresee(known: &mut BTreeMap<String, Result<ReadResult, Fault>>, write: &WriteRequest) {
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
