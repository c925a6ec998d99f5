//! The sweep of one kind of resource that has a list of its own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use digitalocean::Client;
use domain::{ExpectedChange, Kind, ProviderId, ResourceFacts, ResourceKey, SweepStatus, SyncState, error_chain};
use futures::{StreamExt, TryStreamExt, stream};

use super::plan::{Rules, SweepAction, SweepPlan, SweepStep, next_hold, plan};
use super::{
    FollowUp, SweepCounts, SweepResult, SweepRun, held_note, last_complete_at, persist_with_retry, status_with_holds,
};
use crate::Error;
use crate::kind::{Listed, MirroredKind, Probe, ProbeResult};
use crate::upsert::{self, ObservationContext, UpsertEffect};

/// The number of records written concurrently.
const CONCURRENT_WRITES: usize = 8;
/// The most resources that are probed one by one when the list proves to be incomplete.
const MAX_PROBES: usize = 20;

/// The state of a running sweep of one kind.
pub(crate) struct KindSweep<'a> {
    pub(crate) run: SweepRun<'a>,
    pub(crate) client: &'a Client,
    pub(crate) kind: SweptKind,
    pub(crate) facts: BTreeMap<ProviderId, ResourceFacts>,
    pub(crate) last_complete_at: Option<DateTime<Utc>>,
    /// The time at which the list was read.
    pub(crate) at: DateTime<Utc>,
    /// Changes that this system announced and that the sweep may see.
    pub(crate) expected: Vec<ExpectedChange>,
}

/// What a sweep needs to know about its kind.
#[derive(Debug, Clone)]
pub(crate) struct SweptKind {
    pub(crate) name: Kind,
    pub(crate) state_fields: &'static [&'static str],
    pub(crate) probe: Probe,
    pub(crate) nonexistent: ProviderId,
}

impl SweptKind {
    /// Creates the description of a kind that occurs only in URNs.
    pub(crate) fn known_by_urn(name: Kind) -> Self {
        Self {
            name,
            state_fields: &["status"],
            probe: |_, _| None,
            nonexistent: ProviderId::from_static("nonexistent"),
        }
    }
}

impl From<&MirroredKind> for SweptKind {
    fn from(kind: &MirroredKind) -> Self {
        let MirroredKind { state_fields, probe, .. } = *kind;
        Self { name: kind.kind(), state_fields, probe, nonexistent: kind.nonexistent() }
    }
}

/// The results of probing resources that the list left out.
#[derive(Default)]
pub(crate) struct ExistenceCheck {
    /// The resources that DigitalOcean said are gone.
    pub(crate) gone: BTreeSet<ProviderId>,
    /// The resources that DigitalOcean said exist, which proves the list incomplete.
    pub(crate) existing: BTreeSet<ProviderId>,
    /// The last probe error; none if every probe was answered.
    pub(crate) unanswered: Option<digitalocean::Error>,
    /// True if missing resources that were not probed may get a strike as well.
    pub(crate) list_trusted: bool,
}

impl ExistenceCheck {
    fn may_strike(&self, id: &ProviderId) -> bool {
        self.list_trusted || self.gone.contains(id)
    }
}

/// The result of one step.
enum StepOutcome {
    Written(UpsertEffect),
    Nothing,
    /// No time was left for the step.
    OutOfTime,
    /// DigitalOcean did not say whether the resource is gone.
    Unanswered(digitalocean::Error),
    /// A single record that cannot be read or written, while the others can.
    Unwritable(Error),
}

pub(crate) async fn sweep(
    run: SweepRun<'_>,
    client: &Client,
    listed_kind: &MirroredKind,
    listed: Listed,
    sync_state: &SyncState,
) -> Result<SweepResult, Error> {
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => return Ok(SweepResult::refused(&error)),
    };
    let counts = SweepCounts::of(&listed);
    let facts = listed.resources.into_iter().collect();
    let mut sweep = KindSweep::new(run, client, listed_kind.into(), sync_state, facts);
    let known = run.table.indexed_resources(run.account, &sweep.kind.name).await?;
    let mut plan = plan(&known, &sweep.fingerprints(), &sweep.rules(sync_state));

    if sweep.facts.is_empty() && known.is_empty() && !was_empty(sync_state) {
        // Nothing is listed and nothing is known: either the account is empty, or the token may not
        // read the kind. A probe tells them apart; it is repeated until the first complete receipt.
        if let Some(Err(error)) = sweep.probe(&sweep.kind.nonexistent).await {
            let result = SweepResult::complete(counts).failed(SweepStatus::Failed, &error);
            return Ok(SweepResult { listed: false, ..result });
        }
    }
    let existence = sweep.confirm_missing(&mut plan).await;
    sweep.load_expected_changes(&plan).await?;
    let mut result = sweep.apply(&plan, &existence.gone, counts).await?;
    result.hold = next_hold(sync_state.hold.as_ref(), plan.held, run.run_id, sweep.at);
    if let Some(counterexample) = existence.existing.first() {
        result.note(format!("DigitalOcean's list leaves out {} {counterexample}, which exists", sweep.kind.name));
    }
    if let Some(error) = existence.unanswered {
        result.listed &= existence.list_trusted;
        result = result.failed(SweepStatus::Partial, &error);
    }
    if result.status == SweepStatus::Complete {
        result.status = status_with_holds(plan.held);
    }
    if plan.held > 0 && result.status == SweepStatus::Held {
        result.note(held_note(plan.held, known.len(), &sweep.kind.name, run.worker.name));
    }
    Ok(result)
}

/// Returns true if the last complete list of this kind was empty too.
fn was_empty(sync_state: &SyncState) -> bool {
    sync_state.last_complete.as_ref().is_some_and(|receipt| receipt.items == 0)
}

impl<'a> KindSweep<'a> {
    pub(crate) fn new(
        run: SweepRun<'a>,
        client: &'a Client,
        kind: SweptKind,
        sync_state: &SyncState,
        facts: BTreeMap<ProviderId, ResourceFacts>,
    ) -> Self {
        Self {
            run,
            client,
            kind,
            facts,
            last_complete_at: last_complete_at(sync_state),
            at: run.clock.now(),
            expected: Vec::new(),
        }
    }

    /// Returns the fingerprints of the listed resources, which the plan compares.
    pub(crate) fn fingerprints(&self) -> BTreeMap<ProviderId, String> {
        self.facts.iter().map(|(id, facts)| (id.clone(), facts.fingerprint())).collect()
    }

    pub(crate) fn rules<'l>(&self, sync_state: &'l SyncState) -> Rules<'l> {
        Rules {
            at: self.at,
            strike_interval: self.run.strike_interval,
            hold: sync_state.hold.as_ref(),
            confirmation: sync_state.confirmation.as_ref(),
            can_probe: (self.kind.probe)(self.client, &self.kind.nonexistent).is_some(),
        }
    }

    /// Loads the announced changes of the kind, if the plan changes anything.
    pub(crate) async fn load_expected_changes(&mut self, plan: &SweepPlan) -> Result<(), Error> {
        if !plan.steps.is_empty() {
            self.expected = self.run.table.expected_changes(self.run.account, &self.kind.name).await?;
        }
        Ok(())
    }

    /// Probes resources that the plan would give a strike or delete, and removes the steps that the
    /// results do not allow.
    pub(crate) async fn confirm_missing(&self, plan: &mut SweepPlan) -> ExistenceCheck {
        let existence = self.probe_missing(plan).await;
        plan.steps.retain(|step| match step.action {
            SweepAction::Strike | SweepAction::Delete => existence.may_strike(&step.id),
            SweepAction::Discover | SweepAction::Update | SweepAction::Return => true,
        });
        let returned = existence.existing.iter().map(|id| SweepStep { id: id.clone(), action: SweepAction::Return });
        plan.steps.extend(returned);
        existence
    }

    fn context(&self) -> ObservationContext<'_> {
        let state_fields = self.kind.state_fields;
        ObservationContext { at: self.at, run: self.run.run_id, state_fields, expected: &self.expected }
    }

    fn key(&self, id: &ProviderId) -> ResourceKey {
        ResourceKey { account: self.run.account.clone(), kind: self.kind.name.clone(), provider_id: id.clone() }
    }

    /// Asks DigitalOcean whether one resource exists; `None` if the kind has no such request.
    async fn probe(&self, id: &ProviderId) -> Option<Result<ProbeResult, digitalocean::Error>> {
        Some((self.kind.probe)(self.client, id)?.await)
    }

    /// Asks DigitalOcean for one of the resources that the list left out, before any resource gets
    /// a strike. For a token that lost its scope DigitalOcean may return filtered lists that look
    /// complete, and lists lag behind; without the probe, both would look like deletions. It is one
    /// request, and only if something is missing. If the list proves incomplete, only resources
    /// that were probed and are gone get a strike.
    async fn probe_missing(&self, plan: &SweepPlan) -> ExistenceCheck {
        let missing = |wanted| plan.steps.iter().filter(move |step| step.action == wanted).map(|step| &step.id);
        let missing = missing(SweepAction::Delete).chain(missing(SweepAction::Strike));
        let mut existence = ExistenceCheck::default();
        for id in missing.take(MAX_PROBES) {
            match self.probe(id).await {
                None => {
                    existence.list_trusted = true;
                    break;
                }
                Some(Ok(ProbeResult::Gone)) => {
                    existence.gone.insert(id.clone());
                    existence.list_trusted = existence.existing.is_empty();
                }
                Some(Ok(ProbeResult::Exists)) => {
                    existence.existing.insert(id.clone());
                    existence.list_trusted = false;
                }
                Some(Err(error)) => {
                    // An error that concerns this resource alone is skipped. An error of the token
                    // would be the answer to every probe.
                    let affects_every_request =
                        error.is_not_visible() || error.needs_new_token() || error.retry_at().is_some();
                    existence.unanswered = Some(error);
                    if affects_every_request {
                        existence.list_trusted = false;
                        break;
                    }
                }
            }
            if existence.list_trusted {
                break;
            }
        }
        existence
    }

    /// Applies the plan's steps, as far as time allows. The resources in `gone` are known to be
    /// gone and are not probed again.
    pub(crate) async fn apply(
        &self,
        plan: &SweepPlan,
        gone: &BTreeSet<ProviderId>,
        mut counts: SweepCounts,
    ) -> Result<SweepResult, Error> {
        let done: Vec<StepOutcome> = stream::iter(plan.steps.clone())
            .map(|step| self.apply_step(step, gone))
            .buffer_unordered(CONCURRENT_WRITES)
            .try_collect()
            .await?;
        let mut left = 0;
        let mut unanswered = None;
        let mut unwritable = None;
        for done in done {
            match done {
                StepOutcome::Written(effect) => counts.add(effect),
                StepOutcome::Nothing => {}
                StepOutcome::OutOfTime => left += 1,
                StepOutcome::Unanswered(error) => unanswered = Some(error),
                StepOutcome::Unwritable(error) => unwritable = Some(error),
            }
        }
        let mut result = SweepResult::complete(counts);
        if left > 0 {
            let error = format!(
                "out of time: {left} of {} changes are not written yet; another run continues",
                plan.steps.len()
            );
            result = result.stopped(error, FollowUp::Continue);
        }
        if let Some(error) = unwritable {
            result = result.stopped(error_chain(&error), FollowUp::OperatorActionRequired);
        }
        if let Some(error) = unanswered {
            result = result.failed(SweepStatus::Partial, &error);
        }
        Ok(result)
    }

    /// Applies one step. An error that affects a single record is returned as a result, so that it
    /// does not stop the other steps.
    async fn apply_step(&self, step: SweepStep, gone: &BTreeSet<ProviderId>) -> Result<StepOutcome, Error> {
        match self.write(&step, gone).await {
            Err(error) if error.affects_only_one_row() => Ok(StepOutcome::Unwritable(error)),
            done => done,
        }
    }

    async fn write(&self, step: &SweepStep, gone: &BTreeSet<ProviderId>) -> Result<StepOutcome, Error> {
        if self.run.time_left().is_zero() {
            return Ok(StepOutcome::OutOfTime);
        }
        let key = self.key(&step.id);
        let facts = self.facts.get(&step.id);
        let table = self.run.table;
        let effect = match (step.action, facts) {
            (SweepAction::Discover, Some(facts)) => {
                persist_with_retry(table, &key, None, |row| upsert::seen(row, &key, facts, self.context())).await?
            }
            (SweepAction::Update | SweepAction::Return, Some(facts)) => {
                let row = table.resource(&key).await?;
                persist_with_retry(table, &key, row, |row| upsert::seen(row, &key, facts, self.context())).await?
            }
            (SweepAction::Return, None) => {
                let row = table.resource(&key).await?;
                persist_with_retry(table, &key, row, |row| upsert::still_there(row?, self.at)).await?
            }
            (SweepAction::Strike, _) => {
                let row = table.resource(&key).await?;
                let (interval, complete_at) = (self.run.strike_interval, self.last_complete_at);
                persist_with_retry(table, &key, row, |row| upsert::missed(row?, interval, complete_at, self.at)).await?
            }
            (SweepAction::Delete, _) => return self.confirm_deletion(&key, gone.contains(&step.id)).await,
            (SweepAction::Discover | SweepAction::Update, None) => None,
        };
        Ok(effect.map_or(StepOutcome::Nothing, StepOutcome::Written))
    }

    async fn confirm_deletion(&self, key: &ResourceKey, known_gone: bool) -> Result<StepOutcome, Error> {
        let existence = match (self.kind.probe)(self.client, &key.provider_id) {
            Some(request) if !known_gone => match request.await {
                Ok(existence) => existence,
                Err(error) => return Ok(StepOutcome::Unanswered(error)),
            },
            _ => ProbeResult::Gone,
        };
        let row = self.run.table.resource(key).await?;
        let effect = persist_with_retry(self.run.table, key, row, |row| match existence {
            ProbeResult::Gone => upsert::gone(row?, self.context()),
            ProbeResult::Exists => upsert::still_there(row?, self.at),
        })
        .await?;
        Ok(effect.map_or(StepOutcome::Nothing, StepOutcome::Written))
    }
}
