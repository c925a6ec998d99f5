//! `create_droplet_snapshot`: takes a snapshot of a droplet.
//!
//! DigitalOcean's action does not say which snapshot it makes, a snapshot in the making is not listed, and one just made may not be either.
//! Only its name tells that it is this saga's.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, Expected};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{
    InputFields, PlannedChange, PlannedEffect, Preview, Prices, Recovered, StepCompletion, StepContext, StepDecision,
    StepKind, Undo,
};
use crate::ports::{
    ActionStatus, Announcement, Observations, ObservedAction, ObservedSnapshot, ReadRequest, WriteRequest, WriteResult,
};
use crate::record::{Intent, LockTarget, StepState, StepStatus, WriteAttempt};

/// The step `create_droplet_snapshot`.
pub(super) struct CreateDropletSnapshot;

/// The inventory's kind of a snapshot.
const KIND: &str = "snapshot";

/// How often a snapshot is asked for that DigitalOcean fails to take, or of which nothing is ever seen.
const ATTEMPTS: usize = 3;

/// Of which droplet.
#[derive(Debug)]
pub(super) struct Inputs {
    droplet: u64,
}

type Here<'a> = StepContext<'a, Inputs, ()>;

impl StepKind for CreateDropletSnapshot {
    // Inputs.
    type Inputs = Inputs;
    type PreImage = ();
    const NAME: &'static str = "create_droplet_snapshot";
    const INPUTS: &'static [&'static str] = &["droplet_id"];
    const OUTPUTS: &'static [&'static str] = &["snapshot_id", "snapshot_name"];
    const POST_CHECKS: usize = 2;
    const POST_CHECK_LOCKS: bool = false;

    fn inputs(fields: &mut InputFields<'_>) -> Option<Inputs> {
        fields.fixed("droplet_id");
        let droplet = fields.required_id("droplet_id")?;
        fields.errors().is_empty().then_some(Inputs { droplet })
    }

    fn locks(account: &AccountId, fields: &mut InputFields<'_>) -> Vec<LockTarget> {
        Self::inputs(fields).map(|inputs| LockTarget::droplet(account, inputs.droplet)).into_iter().collect()
    }

    /// A snapshot takes about two minutes for a gigabyte at worst; Terraform gives it an hour.
    fn time_budget(_: &mut InputFields<'_>) -> TimeDelta {
        TimeDelta::hours(2)
    }

    // Plan.
    fn plan_reads(at: &Here<'_>) -> Vec<ReadRequest> {
        vec![ReadRequest::Droplet { id: at.inputs.droplet }]
    }

    fn preview(at: &Here<'_>, seen: &Observations, prices: &Prices) -> Preview {
        let Some(droplet) = seen.droplet(at.inputs.droplet) else {
            return Preview::without_change(PlannedEffect::Fail, NO_DROPLET);
        };
        let name = at.name();
        Preview {
            effect: PlannedEffect::Create,
            summary: format!("takes a snapshot of droplet {} ({})", droplet.id, droplet.name),
            changes: vec![PlannedChange {
                what: "snapshot".to_owned(),
                before: Value::Null,
                after: json!({ "name": name }),
            }],
            sibling_ttls: Vec::new(),
            undo: Undo::Exact,
            price_monthly_up_to: Some((prices.snapshot)(Decimal::from(droplet.disk_gigabytes))),
            basis: json!(droplet),
            writes: vec![WriteRequest::SnapshotDroplet { id: droplet.id, name }],
        }
    }

    // Execute.

    /// While an action goes on, nothing else is worth asking: the list of snapshots is long.
    fn reads(at: &Here<'_>) -> Vec<ReadRequest> {
        let answered = at.actions().map(|action| ReadRequest::Action { id: action.id });
        match &at.state.pending {
            None if at.actions().next().is_some() => answered.collect(),
            _ => answered.chain(at.whole()).collect(),
        }
    }

    fn forward(at: &Here<'_>, seen: &Observations) -> StepDecision {
        let last = at.posts().last().and_then(WriteAttempt::result);
        let action = match last {
            Some(WriteResult::Action(action)) => seen.action(action.id),
            _ => None,
        };
        if action.is_some_and(|action| action.status == ActionStatus::InProgress) {
            return StepDecision::Wait("the snapshot is being taken".to_owned());
        }
        let lacking = seen.lacks(&at.whole());
        if !lacking.is_empty() {
            return StepDecision::Read(lacking);
        }
        let found = at.found(seen);
        if at.posts().next().is_none() && !found.is_empty() {
            return StepDecision::Failed("there is a snapshot of that name already".to_owned());
        }
        if let Some(kept) = at.kept(&found) {
            let extra = found.iter().find(|snapshot| snapshot.id != kept.id);
            return extra.map_or_else(|| StepDecision::Done(at.done(kept)), |extra| delete(&extra.id));
        }
        match (last, action) {
            (None, _) => at.take(seen),
            (_, Some(ObservedAction { status: ActionStatus::Errored, completed_at, started_at, .. })) => {
                let known_at = completed_at.unwrap_or(*started_at) + at.timing.read_lag;
                if at.now >= known_at { at.take(seen) } else { StepDecision::Wait("the snapshot failed".to_owned()) }
            }
            (_, Some(_)) => StepDecision::Wait("the snapshot is not listed yet".to_owned()),
            (_, None) => StepDecision::Wait("neither the snapshot nor its action is to be found yet".to_owned()),
        }
    }

    // Recover.
    fn recover(at: &Here<'_>, intent: &Intent, seen: &Observations) -> Recovered {
        match &intent.write {
            WriteRequest::SnapshotDroplet { .. } => match at.found(seen).first() {
                Some(snapshot) => Recovered::Applied(WriteResult::Snapshot((*snapshot).clone())),
                None => at
                    .under_way(intent.at, seen, at.timing.snapshot_grace)
                    .map_or(Recovered::Unseen, Recovered::UnderWay),
            },
            // Whether it was deleted a list cannot tell: it may be older than the snapshot.
            _ => Recovered::Unseen,
        }
    }

    // Compensate.
    fn undo(at: &Here<'_>, seen: &Observations) -> StepDecision {
        if let Some(id) = at.located().filter(|id| !at.deleted().contains(id.as_str())) {
            return delete(&id);
        }
        if at.deleted().len() >= at.posts().count() {
            return StepDecision::done("deleted");
        }
        let actions: Vec<&ObservedAction> = at.actions().filter_map(|action| seen.action(action.id)).collect();
        if actions.iter().any(|action| action.status == ActionStatus::InProgress) {
            return StepDecision::Wait("a snapshot is being taken".to_owned());
        }
        let lacking = seen.lacks(&at.whole());
        if !lacking.is_empty() {
            return StepDecision::Read(lacking);
        }
        if let Some(snapshot) = at.found(seen).first() {
            return delete(&snapshot.id);
        }
        let waiting = at.posts().find_map(|attempt| match attempt.result() {
            Some(WriteResult::Action(action)) => match seen.action(action.id) {
                Some(action) => at.still(action, at.timing.listing_lag),
                None => {
                    (at.now < attempt.at + at.timing.listing_lag).then(|| "the action is not to be found".to_owned())
                }
            },
            Some(_) => None,
            None => at.under_way(attempt.at, seen, at.timing.listing_lag),
        });
        waiting.map_or_else(|| StepDecision::done("no snapshot was found"), StepDecision::Wait)
    }

    fn post_check(at: &Here<'_>, seen: &Observations, succeeded: bool) -> StepDecision {
        let lacking = seen.lacks(&[ReadRequest::DropletSnapshots]);
        if !lacking.is_empty() {
            return StepDecision::Read(lacking);
        }
        let kept = succeeded.then(|| at.located()).flatten();
        let arrived = at.found(seen).into_iter().find(|snapshot| Some(&snapshot.id) != kept.as_ref());
        arrived.map_or_else(|| StepDecision::done("nothing arrived late"), |snapshot| delete(&snapshot.id))
    }

    /// Also where an action has no snapshot that was found and is kept or deleted.
    fn needs_post_check(state: &StepState) -> bool {
        let deleted = deleted(&state.attempts).len();
        let kept = usize::from(state.status == StepStatus::Succeeded);
        posts(&state.attempts).any(WriteAttempt::is_lost)
            || posts(&state.attempts).filter(|attempt| attempt.result().is_some()).count() > deleted + kept
    }

    #[cfg(test)]
    fn examples() -> Vec<crate::testkit::Example> {
        vec![crate::testkit::Example::new("of a droplet", json!({ "droplet_id": crate::testkit::DROPLET }))]
    }
}

const NO_DROPLET: &str = "the account has no such droplet";

/// The requests for a snapshot.
fn posts(attempts: &[WriteAttempt]) -> impl Iterator<Item = &WriteAttempt> {
    attempts.iter().filter(|attempt| matches!(attempt.write, WriteRequest::SnapshotDroplet { .. }))
}

/// The ids of the snapshots that were deleted. A list shows them for a while longer.
fn deleted(attempts: &[WriteAttempt]) -> BTreeSet<&str> {
    let applied = attempts.iter().filter(|attempt| attempt.result().is_some());
    applied
        .filter_map(|attempt| match &attempt.write {
            WriteRequest::DeleteSnapshot { id } => Some(id.as_str()),
            _ => None,
        })
        .collect()
}

fn delete(id: &str) -> StepDecision {
    let announce = vec![Announcement { kind: KIND, provider_id: id.to_owned(), expected: Expected::Disappearance }];
    StepDecision::Send { write: WriteRequest::DeleteSnapshot { id: id.to_owned() }, announce }
}

impl Here<'_> {
    fn name(&self) -> String {
        let name = format!("arcadia-snap-{}-{}", self.inputs.droplet, self.saga.short());
        if self.ordinal == 0 { name } else { format!("{name}-{}", self.index) }
    }

    fn posts(&self) -> impl Iterator<Item = &WriteAttempt> {
        posts(&self.state.attempts)
    }

    /// The actions that requests were answered with.
    fn actions(&self) -> impl Iterator<Item = &ObservedAction> {
        self.posts().filter_map(|attempt| match attempt.result()? {
            WriteResult::Action(action) => Some(action),
            _ => None,
        })
    }

    fn deleted(&self) -> BTreeSet<&str> {
        deleted(&self.state.attempts)
    }

    /// All that can tell of a snapshot whose request had no answer.
    fn whole(&self) -> [ReadRequest; 2] {
        [ReadRequest::DropletSnapshots, ReadRequest::DropletActions { id: self.inputs.droplet }]
    }

    /// The snapshots of its name, but for those deleted.
    fn found<'s>(&self, seen: &'s Observations) -> Vec<&'s ObservedSnapshot> {
        let (name, deleted) = (self.name(), self.deleted());
        let named = seen.snapshots().iter().filter(|snapshot| snapshot.name == name);
        named.filter(|snapshot| !deleted.contains(snapshot.id.as_str())).collect()
    }

    /// The snapshot that this step took note of.
    fn located(&self) -> Option<String> {
        let noted = self.state.outputs.get("snapshot_id").and_then(Value::as_str);
        let adopted = self.posts().find_map(|attempt| match attempt.result()? {
            WriteResult::Snapshot(snapshot) => Some(snapshot.id.as_str()),
            _ => None,
        });
        noted.or(adopted).map(str::to_owned)
    }

    /// Of several, the one that the last answered request took.
    fn kept<'s>(&self, found: &[&'s ObservedSnapshot]) -> Option<&'s ObservedSnapshot> {
        let started = self.actions().last().map(|action| action.started_at);
        let ours = found.iter().find(|snapshot| started.is_some() && snapshot.created_at == started);
        ours.or(found.first()).copied()
    }

    /// Asks for the snapshot, if the droplet has nothing else to do.
    fn take(&self, seen: &Observations) -> StepDecision {
        if self.posts().count() >= ATTEMPTS {
            return StepDecision::Failed(format!("{ATTEMPTS} requests led to no snapshot"));
        }
        match seen.actions(self.inputs.droplet) {
            None => return StepDecision::Failed(NO_DROPLET.to_owned()),
            Some(actions) if actions.iter().any(|action| action.status == ActionStatus::InProgress) => {
                return StepDecision::Wait("the droplet is busy".to_owned());
            }
            _ => {}
        }
        StepDecision::send(WriteRequest::SnapshotDroplet { id: self.inputs.droplet, name: self.name() })
    }

    /// Why a request that had no answer may have been heard: the droplet takes a snapshot, or took one a short while ago.
    fn under_way(&self, asked_at: DateTime<Utc>, seen: &Observations, lag: TimeDelta) -> Option<String> {
        let since = asked_at - self.timing.clock_skew;
        let actions = seen.actions(self.inputs.droplet).unwrap_or_default();
        let candidates = actions.iter().filter(|action| action.action_type == "snapshot" && action.started_at >= since);
        candidates.filter_map(|action| self.still(action, lag)).next()
    }

    /// Why an action's snapshot may be to come yet.
    fn still(&self, action: &ObservedAction, lag: TimeDelta) -> Option<String> {
        let lag = if action.status == ActionStatus::Errored { self.timing.read_lag } else { lag };
        let ended = action.completed_at.unwrap_or(action.started_at);
        let may_come = action.status == ActionStatus::InProgress || self.now < ended + lag;
        may_come.then(|| "a snapshot is being taken, or may not be listed yet".to_owned())
    }

    fn done(&self, snapshot: &ObservedSnapshot) -> StepCompletion {
        let outputs = Map::from_iter([
            ("snapshot_id".to_owned(), json!(snapshot.id)),
            ("snapshot_name".to_owned(), json!(snapshot.name)),
        ]);
        let announce =
            vec![Announcement { kind: KIND, provider_id: snapshot.id.clone(), expected: Expected::Appearance }];
        StepCompletion { outcome: "created", outputs, note: String::new(), announce }
    }
}
