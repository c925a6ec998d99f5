//! The mirroring of one kind: compares lists with what is known, asks about what is missing, and
//! writes the differences. Every sweep that strikes or deletes does it here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use digitalocean::Client;
use domain::{
    ExpectedChange, Kind, ProviderId, Resource, ResourceFacts, ResourceKey, SweepStatus, SyncState, error_chain,
};
use futures::{StreamExt, TryStreamExt, stream};
use store::IndexedResource;

use super::plan::{CompleteList, ListCoverage, Rules, SweepAction, SweepPlan, SweepStep, next_hold, plan};
use super::records::{CONCURRENT_WRITES, Records};
use super::result::{SweepCounts, SweepResult, status_with_holds};
use super::run::{FollowUp, SweepRun};
use crate::Error;
use crate::kind::{MirroredKind, Probe, ProbeResult};
use crate::upsert::{self, ObservationContext, UpsertDecision, UpsertEffect};

/// The most resources that are probed one by one when the list proves to be incomplete.
const MAX_PROBES: usize = 20;

/// The state of a running sweep of one kind.
pub(crate) struct KindSweep<'a> {
    pub(crate) run: SweepRun<'a>,
    pub(crate) client: &'a Client,
    pub(crate) kind: SweptKind,
    pub(crate) sync_state: &'a SyncState,
    /// The facts of every resource in the lists.
    pub(crate) facts: BTreeMap<ProviderId, ResourceFacts>,
    /// The time at which the lists were read.
    at: DateTime<Utc>,
    /// Changes that this system announced and that the sweep may see.
    expected: Vec<ExpectedChange>,
}

/// What a sweep needs to know about its kind.
#[derive(Debug, Clone)]
pub(crate) struct SweptKind {
    pub(crate) name: Kind,
    pub(crate) state_fields: &'static [&'static str],
    pub(crate) probe: Probe,
    pub(crate) nonexistent: ProviderId,
    pub(crate) records: Records,
}

impl SweptKind {
    /// Creates the description of a kind that occurs only in URNs.
    pub(crate) fn known_by_urn(name: Kind) -> Self {
        Self {
            name,
            state_fields: &["status"],
            probe: |_, _| None,
            nonexistent: ProviderId::from_static("nonexistent"),
            records: Records::Resources,
        }
    }
}

impl From<&MirroredKind> for SweptKind {
    fn from(kind: &MirroredKind) -> Self {
        let MirroredKind { state_fields, probe, .. } = *kind;
        Self { name: kind.kind(), state_fields, probe, nonexistent: kind.nonexistent(), records: Records::Resources }
    }
}

/// The results of probing resources that the list left out.
#[derive(Default)]
struct ExistenceCheck {
    /// The resources that DigitalOcean said are gone.
    gone: BTreeSet<ProviderId>,
    /// The resources that DigitalOcean said exist, which proves the list incomplete.
    existing: BTreeSet<ProviderId>,
    /// The last probe error; none if every probe was answered.
    unanswered: Option<digitalocean::Error>,
    /// True if missing resources that were not probed may get a strike as well.
    list_trusted: bool,
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

impl<'a> KindSweep<'a> {
    pub(crate) fn new(
        run: SweepRun<'a>,
        client: &'a Client,
        kind: SweptKind,
        sync_state: &'a SyncState,
        facts: BTreeMap<ProviderId, ResourceFacts>,
    ) -> Self {
        Self { run, client, kind, sync_state, facts, at: run.clock.now(), expected: Vec::new() }
    }

    /// Reads what is known of the kind.
    pub(crate) async fn known(&self) -> Result<BTreeMap<ProviderId, IndexedResource>, Error> {
        Ok(self.kind.records.known(self.run.table, self.run.account, &self.kind.name).await?)
    }

    /// Returns the list of the whole kind that consists of the sweep's facts.
    pub(crate) fn whole_list(&self) -> CompleteList {
        CompleteList::of_the_kind(self.facts.iter().map(|(id, facts)| (id.clone(), facts.fingerprint())).collect())
    }

    /// Mirrors these lists: plans, asks about what is missing, and writes. The counts are those of
    /// reading the lists.
    pub(crate) async fn mirror(
        &mut self,
        known: &BTreeMap<ProviderId, IndexedResource>,
        lists: impl IntoIterator<Item = CompleteList>,
        coverage: &ListCoverage,
        counts: SweepCounts,
    ) -> Result<SweepResult, Error> {
        let mut plan = plan(known, lists, coverage, &self.rules());
        let existence = self.confirm_missing(&mut plan).await;
        self.load_expected_changes(&plan).await?;
        let mut result = self.apply(&plan, &existence.gone, counts).await?;
        result.hold = next_hold(self.sync_state.hold.as_ref(), plan.held, self.run.run_id, self.at);
        if let Some(counterexample) = existence.existing.first() {
            let kind = &self.kind.name;
            result.note(format!("DigitalOcean's list leaves out {kind} {counterexample}, which exists"));
        }
        if let Some(error) = existence.unanswered {
            result.listed &= existence.list_trusted;
            result = result.failed(SweepStatus::Partial, &error);
        }
        if result.status == SweepStatus::Complete {
            result.status = status_with_holds(plan.held);
        }
        if plan.held > 0 && result.status == SweepStatus::Held {
            let (held, known, kind, worker) = (plan.held, known.len(), &self.kind.name, self.run.worker.name);
            result.note(format!(
                "{held} of {known} known {kind} resources are gone at once: their deletion waits for POST \
                 /sync/{worker}/confirm"
            ));
        }
        Ok(result)
    }

    fn rules(&self) -> Rules<'_> {
        Rules {
            at: self.at,
            strike_interval: self.run.strike_interval,
            hold: self.sync_state.hold.as_ref(),
            confirmation: self.sync_state.confirmation.as_ref(),
            can_probe: (self.kind.probe)(self.client, &self.kind.nonexistent).is_some(),
        }
    }

    /// Loads the announced changes of the kind, if the plan changes anything.
    async fn load_expected_changes(&mut self, plan: &SweepPlan) -> Result<(), Error> {
        if !plan.steps.is_empty() {
            self.expected = self.run.table.expected_changes(self.run.account, &self.kind.name).await?;
        }
        Ok(())
    }

    /// Probes resources that the plan would give a strike or delete, and removes the steps that the
    /// results do not allow.
    async fn confirm_missing(&self, plan: &mut SweepPlan) -> ExistenceCheck {
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
    pub(crate) async fn probe(&self, id: &ProviderId) -> Option<Result<ProbeResult, digitalocean::Error>> {
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
    async fn apply(
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
        let is_known = step.action != SweepAction::Discover;
        let effect = match (step.action, facts) {
            (SweepAction::Discover | SweepAction::Update | SweepAction::Return, Some(facts)) => {
                self.persist(&key, is_known, |row| upsert::seen(row, &key, facts, self.context())).await?
            }
            (SweepAction::Return, None) => {
                self.persist(&key, is_known, |row| upsert::still_there(row?, self.at)).await?
            }
            (SweepAction::Strike, _) => {
                let last_complete_at = self.sync_state.last_complete.as_ref().map(|receipt| receipt.finished_at);
                let interval = self.run.strike_interval;
                self.persist(&key, is_known, |row| upsert::missed(row?, interval, last_complete_at, self.at)).await?
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
        let effect = self
            .persist(key, true, |row| match existence {
                ProbeResult::Gone => upsert::gone(row?, self.context()),
                ProbeResult::Exists => upsert::still_there(row?, self.at),
            })
            .await?;
        Ok(effect.map_or(StepOutcome::Nothing, StepOutcome::Written))
    }

    async fn persist(
        &self,
        key: &ResourceKey,
        is_known: bool,
        decide: impl Fn(Option<&Resource>) -> Option<UpsertDecision>,
    ) -> Result<Option<UpsertEffect>, Error> {
        self.kind.records.persist(self.run.table, key, is_known, decide).await
    }
}
