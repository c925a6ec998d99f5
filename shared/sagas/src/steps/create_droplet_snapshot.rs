//! The step `create_droplet_snapshot`, which takes a snapshot of a droplet.
//!
//! DigitalOcean's action does not name the snapshot that it makes. A snapshot is not listed while
//! it is being taken, and may not be listed for a while afterwards. Only its name identifies it as
//! this saga's.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Expected;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::calls::{ActionStatus, ObservedAction, ObservedSnapshot, ReadRequest, WriteRequest, WriteResult};
use crate::ports::{Announcement, Observations};
use crate::record::{Intent, LockTarget, StepState, StepStatus, WriteAttempt};
use crate::step::{
    InputFields, PlannedChange, PlannedEffect, Preview, Prices, Recovered, Step, StepCompletion, StepContext,
    StepDecision, StepKind, Undo,
};

/// The step `create_droplet_snapshot`, which takes a snapshot of a droplet.
pub(super) const CREATE_DROPLET_SNAPSHOT: StepKind = StepKind {
    outputs: &["snapshot_id", "snapshot_name"],
    post_checks: 2,
    post_check_locks: false,
    needs_post_check,
    ..StepKind::new(
        "create_droplet_snapshot",
        &["droplet_id"],
        // At worst a snapshot takes about two minutes per gigabyte; Terraform allows an hour.
        |account, fields| {
            let locks = droplet(fields).map(|droplet| LockTarget::droplet(account, droplet));
            (locks.into_iter().collect(), TimeDelta::hours(2))
        },
        |at| Ok(Box::new(DropletSnapshot { droplet: at.typed_inputs(droplet)?, at })),
    )
};

/// The inventory's kind of a snapshot.
const KIND: &str = "snapshot";

const NO_DROPLET: &str = "the account has no such droplet";

/// The number of requests for a snapshot that DigitalOcean fails to take, or that is never found.
const ATTEMPTS: usize = 3;

/// The step in its context, and the droplet to take a snapshot of.
struct DropletSnapshot<'a> {
    at: StepContext<'a>,
    droplet: u64,
}

// Inputs.
fn droplet(fields: &mut InputFields<'_>) -> Option<u64> {
    fields.fixed("droplet_id");
    fields.required_id("droplet_id").filter(|_| fields.errors().is_empty())
}

impl Step for DropletSnapshot<'_> {
    // Plan.
    fn plan_reads(&self) -> Vec<ReadRequest> {
        vec![ReadRequest::Droplet { id: self.droplet }]
    }

    fn preview(&self, seen: &Observations, prices: &Prices) -> Preview {
        let Some(droplet) = seen.droplet(self.droplet) else {
            return Preview::without_change(PlannedEffect::Fail, NO_DROPLET);
        };
        let name = self.name();
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

    /// While an action runs, only the action is read: the list of snapshots is long.
    fn reads(&self) -> Vec<ReadRequest> {
        let answered = self.actions().map(|action| ReadRequest::Action { id: action.id });
        match &self.at.state.pending {
            None if self.actions().next().is_some() => answered.collect(),
            _ => answered.chain(self.recovery_reads()).collect(),
        }
    }

    fn forward(&self, seen: &Observations) -> StepDecision {
        let last = self.requests().last().and_then(WriteAttempt::result);
        let action = match last {
            Some(WriteResult::Action(action)) => seen.action(action.id),
            _ => None,
        };
        if action.is_some_and(|action| action.status == ActionStatus::InProgress) {
            return StepDecision::Wait("the snapshot is being taken".to_owned());
        }
        let lacking = seen.lacks(&self.recovery_reads());
        if !lacking.is_empty() {
            return StepDecision::Read(lacking);
        }
        let found = self.found(seen);
        if self.requests().next().is_none() && !found.is_empty() {
            return StepDecision::Failed("a snapshot of that name exists already".to_owned());
        }
        if let Some(kept) = self.kept(&found) {
            let extra = found.iter().find(|snapshot| snapshot.id != kept.id);
            return extra.map_or_else(|| StepDecision::Done(self.done(kept)), |extra| delete(&extra.id));
        }
        match (last, action) {
            (None, _) => self.request_snapshot(seen),
            (_, Some(ObservedAction { status: ActionStatus::Errored, completed_at, started_at, .. })) => {
                let known_at = completed_at.unwrap_or(*started_at) + self.at.timing.read_lag;
                if self.at.now >= known_at {
                    self.request_snapshot(seen)
                } else {
                    StepDecision::Wait("the snapshot failed".to_owned())
                }
            }
            (_, Some(_)) => StepDecision::Wait("the snapshot is not listed yet".to_owned()),
            (_, None) => StepDecision::Wait("neither the snapshot nor its action is found yet".to_owned()),
        }
    }

    // Recover.
    fn recover(&self, intent: &Intent, seen: &Observations) -> Recovered {
        match &intent.write {
            WriteRequest::SnapshotDroplet { .. } => match self.found(seen).first() {
                Some(snapshot) => Recovered::Applied(WriteResult::Snapshot((*snapshot).clone())),
                None => self
                    .under_way(intent.at, seen, self.at.timing.snapshot_grace)
                    .map_or(Recovered::Unseen, Recovered::UnderWay),
            },
            // A list is no proof of a deletion: it may be older than the snapshot.
            _ => Recovered::Unseen,
        }
    }

    // Compensate.
    fn undo(&self, seen: &Observations) -> StepDecision {
        if let Some(id) = self.located().filter(|id| !self.deleted().contains(id.as_str())) {
            return delete(&id);
        }
        if self.deleted().len() >= self.requests().count() {
            return StepDecision::done("deleted");
        }
        let actions: Vec<&ObservedAction> = self.actions().filter_map(|action| seen.action(action.id)).collect();
        if actions.iter().any(|action| action.status == ActionStatus::InProgress) {
            return StepDecision::Wait("a snapshot is being taken".to_owned());
        }
        let lacking = seen.lacks(&self.recovery_reads());
        if !lacking.is_empty() {
            return StepDecision::Read(lacking);
        }
        if let Some(snapshot) = self.found(seen).first() {
            return delete(&snapshot.id);
        }
        let waiting = self.requests().find_map(|attempt| match attempt.result() {
            Some(WriteResult::Action(action)) => match seen.action(action.id) {
                Some(action) => self.may_still_appear(action, self.at.timing.listing_lag),
                None => (self.at.now < attempt.at + self.at.timing.listing_lag)
                    .then(|| "the action is not found".to_owned()),
            },
            Some(_) => None,
            None => self.under_way(attempt.at, seen, self.at.timing.listing_lag),
        });
        waiting.map_or_else(|| StepDecision::done("no snapshot was found"), StepDecision::Wait)
    }

    fn post_check(&self, seen: &Observations, succeeded: bool) -> StepDecision {
        let lacking = seen.lacks(&[ReadRequest::DropletSnapshots]);
        if !lacking.is_empty() {
            return StepDecision::Read(lacking);
        }
        let kept = succeeded.then(|| self.located()).flatten();
        let arrived = self.found(seen).into_iter().find(|snapshot| Some(&snapshot.id) != kept.as_ref());
        arrived.map_or_else(|| StepDecision::done("no late write was found"), |snapshot| delete(&snapshot.id))
    }
}

/// Returns whether a write may arrive after the saga's end: one that is lost, or an action without
/// a snapshot that was found, and kept or deleted.
fn needs_post_check(state: &StepState) -> bool {
    let deleted = deleted(&state.attempts).len();
    let kept = usize::from(state.status == StepStatus::Succeeded);
    requests(&state.attempts).any(WriteAttempt::is_lost)
        || requests(&state.attempts).filter(|attempt| attempt.result().is_some()).count() > deleted + kept
}

/// Returns the requests for a snapshot.
fn requests(attempts: &[WriteAttempt]) -> impl Iterator<Item = &WriteAttempt> {
    attempts.iter().filter(|attempt| matches!(attempt.write, WriteRequest::SnapshotDroplet { .. }))
}

/// Returns the ids of deleted snapshots. Lists still show them for a while.
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

impl DropletSnapshot<'_> {
    fn name(&self) -> String {
        let name = format!("arcadia-snap-{}-{}", self.droplet, self.at.saga.short());
        if self.at.ordinal == 0 { name } else { format!("{name}-{}", self.at.index) }
    }

    fn requests(&self) -> impl Iterator<Item = &WriteAttempt> {
        requests(&self.at.state.attempts)
    }

    /// Returns the actions with which requests were answered.
    fn actions(&self) -> impl Iterator<Item = &ObservedAction> {
        self.requests().filter_map(|attempt| match attempt.result()? {
            WriteResult::Action(action) => Some(action),
            _ => None,
        })
    }

    fn deleted(&self) -> BTreeSet<&str> {
        deleted(&self.at.state.attempts)
    }

    /// Returns the reads that can find a snapshot whose request had no response.
    fn recovery_reads(&self) -> [ReadRequest; 2] {
        [ReadRequest::DropletSnapshots, ReadRequest::DropletActions { id: self.droplet }]
    }

    /// Returns the listed snapshots with the step's name, without those that were deleted.
    fn found<'s>(&self, seen: &'s Observations) -> Vec<&'s ObservedSnapshot> {
        let (name, deleted) = (self.name(), self.deleted());
        let named = seen.snapshots().iter().filter(|snapshot| snapshot.name == name);
        named.filter(|snapshot| !deleted.contains(snapshot.id.as_str())).collect()
    }

    /// Returns the id of the snapshot that the step recorded.
    fn located(&self) -> Option<String> {
        let noted = self.at.state.outputs.get("snapshot_id").and_then(Value::as_str);
        let adopted = self.requests().find_map(|attempt| match attempt.result()? {
            WriteResult::Snapshot(snapshot) => Some(snapshot.id.as_str()),
            _ => None,
        });
        noted.or(adopted).map(str::to_owned)
    }

    /// Returns the snapshot to keep: of several, the one that the last answered request took.
    fn kept<'s>(&self, found: &[&'s ObservedSnapshot]) -> Option<&'s ObservedSnapshot> {
        let started = self.actions().last().map(|action| action.started_at);
        let of_last_request = found.iter().find(|snapshot| started.is_some() && snapshot.created_at == started);
        of_last_request.or(found.first()).copied()
    }

    /// Requests the snapshot, unless the droplet is busy.
    fn request_snapshot(&self, seen: &Observations) -> StepDecision {
        if self.requests().count() >= ATTEMPTS {
            return StepDecision::Failed(format!("{ATTEMPTS} requests produced no snapshot"));
        }
        match seen.actions(self.droplet) {
            None => return StepDecision::Failed(NO_DROPLET.to_owned()),
            Some(actions) if actions.iter().any(|action| action.status == ActionStatus::InProgress) => {
                return StepDecision::Wait("the droplet is busy with another action".to_owned());
            }
            _ => {}
        }
        StepDecision::send(WriteRequest::SnapshotDroplet { id: self.droplet, name: self.name() })
    }

    /// Returns the reason why a request without a response may have been carried out: the droplet
    /// is taking a snapshot, or took one a short while ago. `None` if there is no such reason.
    fn under_way(&self, asked_at: DateTime<Utc>, seen: &Observations, lag: TimeDelta) -> Option<String> {
        let since = asked_at - self.at.timing.clock_skew;
        let actions = seen.actions(self.droplet).unwrap_or_default();
        let candidates = actions.iter().filter(|action| action.action_type == "snapshot" && action.started_at >= since);
        candidates.filter_map(|action| self.may_still_appear(action, lag)).next()
    }

    /// Returns the reason why an action's snapshot may still appear; `None` if it will not.
    fn may_still_appear(&self, action: &ObservedAction, lag: TimeDelta) -> Option<String> {
        let lag = if action.status == ActionStatus::Errored { self.at.timing.read_lag } else { lag };
        let ended = action.completed_at.unwrap_or(action.started_at);
        let may_come = action.status == ActionStatus::InProgress || self.at.now < ended + lag;
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
