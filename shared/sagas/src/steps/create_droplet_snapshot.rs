//! `create_droplet_snapshot`: takes a snapshot of a droplet.
//!
//! DigitalOcean's action does not say which snapshot it makes, a snapshot in the making is not listed, and one just made may not be either.
//! Only its name tells that it is this saga's.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, Expected};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{At, Done, Effect, Fields, Next, PlannedChange, Preview, Prices, Recovered, StepKind, Undo};
use crate::record::{Intent, LockTarget, StepState, StepStatus, Try};
use crate::rim::{Action, ActionStatus, Announced, Made, Read, Seen, Snapshot, Write};

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

type Here<'a> = At<'a, Inputs, ()>;

impl StepKind for CreateDropletSnapshot {
    // Inputs.
    type Inputs = Inputs;
    type Stash = ();
    const NAME: &'static str = "create_droplet_snapshot";
    const INPUTS: &'static [&'static str] = &["droplet_id"];
    const OUTPUTS: &'static [&'static str] = &["snapshot_id", "snapshot_name"];
    const LATE_LOOKS: usize = 2;
    const LATE_LOCKS: bool = false;

    fn inputs(fields: &mut Fields<'_>) -> Option<Inputs> {
        fields.fixed("droplet_id");
        let droplet = fields.required_id("droplet_id")?;
        fields.errors().is_empty().then_some(Inputs { droplet })
    }

    fn locks(account: &AccountId, fields: &mut Fields<'_>) -> Vec<LockTarget> {
        Self::inputs(fields).map(|inputs| LockTarget::droplet(account, inputs.droplet)).into_iter().collect()
    }

    /// A snapshot takes about two minutes for a gigabyte at worst; Terraform gives it an hour.
    fn patience(_: &mut Fields<'_>) -> TimeDelta {
        TimeDelta::hours(2)
    }

    // Plan.
    fn plan_reads(at: &Here<'_>) -> Vec<Read> {
        vec![Read::Droplet { id: at.inputs.droplet }]
    }

    fn preview(at: &Here<'_>, seen: &Seen, prices: &Prices) -> Preview {
        let Some(droplet) = seen.droplet(at.inputs.droplet) else {
            return Preview::without_change(Effect::Fail, NO_DROPLET);
        };
        let name = at.name();
        Preview {
            effect: Effect::Create,
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
            writes: vec![Write::SnapshotDroplet { id: droplet.id, name }],
        }
    }

    // Execute.

    /// While an action goes on, nothing else is worth asking: the list of snapshots is long.
    fn reads(at: &Here<'_>) -> Vec<Read> {
        let answered = at.actions().map(|action| Read::Action { id: action.id });
        match &at.state.pending {
            None if at.actions().next().is_some() => answered.collect(),
            _ => answered.chain(at.whole()).collect(),
        }
    }

    fn forward(at: &Here<'_>, seen: &Seen) -> Next {
        let last = at.posts().last().and_then(Try::made);
        let action = match last {
            Some(Made::Action(action)) => seen.action(action.id),
            _ => None,
        };
        if action.is_some_and(|action| action.status == ActionStatus::InProgress) {
            return Next::Wait("the snapshot is being taken".to_owned());
        }
        let lacking = seen.lacks(&at.whole());
        if !lacking.is_empty() {
            return Next::Look(lacking);
        }
        let found = at.found(seen);
        if at.posts().next().is_none() && !found.is_empty() {
            return Next::Failed("there is a snapshot of that name already".to_owned());
        }
        if let Some(kept) = at.kept(&found) {
            let extra = found.iter().find(|snapshot| snapshot.id != kept.id);
            return extra.map_or_else(|| Next::Done(at.done(kept)), |extra| delete(&extra.id));
        }
        match (last, action) {
            (None, _) => at.take(seen),
            (_, Some(Action { status: ActionStatus::Errored, completed_at, started_at, .. })) => {
                let known_at = completed_at.unwrap_or(*started_at) + at.timing.read_lag;
                if at.now >= known_at { at.take(seen) } else { Next::Wait("the snapshot failed".to_owned()) }
            }
            (_, Some(_)) => Next::Wait("the snapshot is not listed yet".to_owned()),
            (_, None) => Next::Wait("neither the snapshot nor its action is to be found yet".to_owned()),
        }
    }

    // Recover.
    fn recover(at: &Here<'_>, intent: &Intent, seen: &Seen) -> Recovered {
        match &intent.write {
            Write::SnapshotDroplet { .. } => match at.found(seen).first() {
                Some(snapshot) => Recovered::Applied(Made::Snapshot((*snapshot).clone())),
                None => at
                    .under_way(intent.at, seen, at.timing.snapshot_grace)
                    .map_or(Recovered::Unseen, Recovered::UnderWay),
            },
            // Whether it was deleted a list cannot tell: it may be older than the snapshot.
            _ => Recovered::Unseen,
        }
    }

    // Compensate.
    fn undo(at: &Here<'_>, seen: &Seen) -> Next {
        if let Some(id) = at.located().filter(|id| !at.deleted().contains(id.as_str())) {
            return delete(&id);
        }
        if at.deleted().len() >= at.posts().count() {
            return Next::done("deleted");
        }
        let actions: Vec<&Action> = at.actions().filter_map(|action| seen.action(action.id)).collect();
        if actions.iter().any(|action| action.status == ActionStatus::InProgress) {
            return Next::Wait("a snapshot is being taken".to_owned());
        }
        let lacking = seen.lacks(&at.whole());
        if !lacking.is_empty() {
            return Next::Look(lacking);
        }
        if let Some(snapshot) = at.found(seen).first() {
            return delete(&snapshot.id);
        }
        let waiting = at.posts().find_map(|tried| match tried.made() {
            Some(Made::Action(action)) => match seen.action(action.id) {
                Some(action) => at.still(action, at.timing.listing_lag),
                None => (at.now < tried.at + at.timing.listing_lag).then(|| "the action is not to be found".to_owned()),
            },
            Some(_) => None,
            None => at.under_way(tried.at, seen, at.timing.listing_lag),
        });
        waiting.map_or_else(|| Next::done("no snapshot was found"), Next::Wait)
    }

    fn late(at: &Here<'_>, seen: &Seen, succeeded: bool) -> Next {
        let lacking = seen.lacks(&[Read::DropletSnapshots]);
        if !lacking.is_empty() {
            return Next::Look(lacking);
        }
        let kept = succeeded.then(|| at.located()).flatten();
        let arrived = at.found(seen).into_iter().find(|snapshot| Some(&snapshot.id) != kept.as_ref());
        arrived.map_or_else(|| Next::done("nothing arrived late"), |snapshot| delete(&snapshot.id))
    }

    /// Also where an action has no snapshot that was found and is kept or deleted.
    fn may_leave(state: &StepState) -> bool {
        let deleted = deleted(&state.tries).len();
        let kept = usize::from(state.status == StepStatus::Succeeded);
        posts(&state.tries).any(Try::is_lost)
            || posts(&state.tries).filter(|tried| tried.made().is_some()).count() > deleted + kept
    }

    #[cfg(test)]
    fn examples() -> Vec<crate::testkit::Example> {
        vec![crate::testkit::Example::new("of a droplet", json!({ "droplet_id": crate::testkit::DROPLET }))]
    }
}

const NO_DROPLET: &str = "the account has no such droplet";

/// The requests for a snapshot.
fn posts(tries: &[Try]) -> impl Iterator<Item = &Try> {
    tries.iter().filter(|tried| matches!(tried.write, Write::SnapshotDroplet { .. }))
}

/// The ids of the snapshots that were deleted. A list shows them for a while longer.
fn deleted(tries: &[Try]) -> BTreeSet<&str> {
    let applied = tries.iter().filter(|tried| tried.made().is_some());
    applied
        .filter_map(|tried| match &tried.write {
            Write::DeleteSnapshot { id } => Some(id.as_str()),
            _ => None,
        })
        .collect()
}

fn delete(id: &str) -> Next {
    let announce = vec![Announced { kind: KIND, provider_id: id.to_owned(), expected: Expected::Disappearance }];
    Next::Send { write: Write::DeleteSnapshot { id: id.to_owned() }, announce }
}

impl Here<'_> {
    fn name(&self) -> String {
        let name = format!("arcadia-snap-{}-{}", self.inputs.droplet, self.saga.short());
        if self.ordinal == 0 { name } else { format!("{name}-{}", self.index) }
    }

    fn posts(&self) -> impl Iterator<Item = &Try> {
        posts(&self.state.tries)
    }

    /// The actions that requests were answered with.
    fn actions(&self) -> impl Iterator<Item = &Action> {
        self.posts().filter_map(|tried| match tried.made()? {
            Made::Action(action) => Some(action),
            _ => None,
        })
    }

    fn deleted(&self) -> BTreeSet<&str> {
        deleted(&self.state.tries)
    }

    /// All that can tell of a snapshot whose request had no answer.
    fn whole(&self) -> [Read; 2] {
        [Read::DropletSnapshots, Read::DropletActions { id: self.inputs.droplet }]
    }

    /// The snapshots of its name, but for those deleted.
    fn found<'s>(&self, seen: &'s Seen) -> Vec<&'s Snapshot> {
        let (name, deleted) = (self.name(), self.deleted());
        let named = seen.snapshots().iter().filter(|snapshot| snapshot.name == name);
        named.filter(|snapshot| !deleted.contains(snapshot.id.as_str())).collect()
    }

    /// The snapshot that this step took note of.
    fn located(&self) -> Option<String> {
        let noted = self.state.outputs.get("snapshot_id").and_then(Value::as_str);
        let adopted = self.posts().find_map(|tried| match tried.made()? {
            Made::Snapshot(snapshot) => Some(snapshot.id.as_str()),
            _ => None,
        });
        noted.or(adopted).map(str::to_owned)
    }

    /// Of several, the one that the last answered request took.
    fn kept<'s>(&self, found: &[&'s Snapshot]) -> Option<&'s Snapshot> {
        let started = self.actions().last().map(|action| action.started_at);
        let ours = found.iter().find(|snapshot| started.is_some() && snapshot.created_at == started);
        ours.or(found.first()).copied()
    }

    /// Asks for the snapshot, if the droplet has nothing else to do.
    fn take(&self, seen: &Seen) -> Next {
        if self.posts().count() >= ATTEMPTS {
            return Next::Failed(format!("{ATTEMPTS} requests led to no snapshot"));
        }
        match seen.actions(self.inputs.droplet) {
            None => return Next::Failed(NO_DROPLET.to_owned()),
            Some(actions) if actions.iter().any(|action| action.status == ActionStatus::InProgress) => {
                return Next::Wait("the droplet is busy".to_owned());
            }
            _ => {}
        }
        Next::send(Write::SnapshotDroplet { id: self.inputs.droplet, name: self.name() })
    }

    /// Why a request that had no answer may have been heard: the droplet takes a snapshot, or took one a short while ago.
    fn under_way(&self, asked_at: DateTime<Utc>, seen: &Seen, lag: TimeDelta) -> Option<String> {
        let since = asked_at - self.timing.clock_skew;
        let actions = seen.actions(self.inputs.droplet).unwrap_or_default();
        let candidates = actions.iter().filter(|action| action.action_type == "snapshot" && action.started_at >= since);
        candidates.filter_map(|action| self.still(action, lag)).next()
    }

    /// Why an action's snapshot may be to come yet.
    fn still(&self, action: &Action, lag: TimeDelta) -> Option<String> {
        let lag = if action.status == ActionStatus::Errored { self.timing.read_lag } else { lag };
        let ended = action.completed_at.unwrap_or(action.started_at);
        let may_come = action.status == ActionStatus::InProgress || self.now < ended + lag;
        may_come.then(|| "a snapshot is being taken, or may not be listed yet".to_owned())
    }

    fn done(&self, snapshot: &Snapshot) -> Done {
        let outputs = Map::from_iter([
            ("snapshot_id".to_owned(), json!(snapshot.id)),
            ("snapshot_name".to_owned(), json!(snapshot.name)),
        ]);
        let announce = vec![Announced { kind: KIND, provider_id: snapshot.id.clone(), expected: Expected::Appearance }];
        Done { outcome: "created", outputs, note: String::new(), announce }
    }
}
