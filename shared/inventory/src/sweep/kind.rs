//! The sweep of one kind of resources.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use digitalocean::Client;
use domain::{ExpectedChange, Kind, ProviderId, ResourceFacts, ResourceKey, SweepStatus, SyncState, error_chain};
use futures::{StreamExt, TryStreamExt, stream};

use super::plan::{Action, Plan, Rules, Step, next_hold, plan};
use super::{Finding, Next, Run, Tally, complete, last_complete_at, settle, waiting};
use crate::Error;
use crate::kinds::{ListedKind, MirroredKind, Presence};
use crate::upsert::{self, Effect, Occasion};

/// Rows written at a time.
const CONCURRENT_WRITES: usize = 8;
/// So many missing resources at the most are asked for one by one when the list proves unreliable.
const INQUIRIES: usize = 20;

/// One sweep of one kind, under way.
pub(crate) struct KindSweep<'a> {
    pub(crate) run: Run<'a>,
    pub(crate) client: &'a Client,
    pub(crate) mirrored: &'a dyn MirroredKind,
    pub(crate) kind: Kind,
    pub(crate) facts: BTreeMap<ProviderId, ResourceFacts>,
    pub(crate) last_complete_at: Option<DateTime<Utc>>,
    /// When the list was read.
    pub(crate) at: DateTime<Utc>,
    /// Changes of our own that may be seen.
    pub(crate) expected: Vec<ExpectedChange>,
}

/// What DigitalOcean said when asked, one by one, for what the list left out.
#[derive(Default)]
pub(crate) struct Inquiry {
    /// It said that these are gone.
    pub(crate) gone: BTreeSet<ProviderId>,
    /// It said that these exist: its list is not the whole truth.
    pub(crate) there: BTreeSet<ProviderId>,
    /// It did not say, of one or of any.
    pub(crate) unanswered: Option<digitalocean::Error>,
    /// Whether what was not asked for may be struck as well.
    pub(crate) list_trusted: bool,
}

impl Inquiry {
    fn may_strike(&self, id: &ProviderId) -> bool {
        self.list_trusted || self.gone.contains(id)
    }
}

/// What became of one step.
enum Done {
    Written(Effect),
    Nothing,
    /// There was no time left for it.
    Left,
    /// DigitalOcean did not say whether it is gone.
    Unanswered(digitalocean::Error),
    /// This one row cannot be read or written; the others can.
    Unwritable(Error),
}

pub(crate) async fn sweep(
    run: Run<'_>,
    client: &Client,
    listed_kind: &dyn ListedKind,
    lane: &SyncState,
) -> Result<Finding, Error> {
    let listed = match listed_kind.list(client).await {
        Ok(listed) => listed,
        Err(error) => return Ok(Finding::refused(&error)),
    };
    let tally = Tally::of(&listed);
    let facts = listed.resources.into_iter().collect();
    let mut sweep = KindSweep::new(run, client, listed_kind, lane, facts);
    let known = run.table.indexed_resources(run.account, &sweep.kind).await?;
    let mut plan = plan(&known, &sweep.fingerprints(), &sweep.rules(lane));

    if sweep.facts.is_empty() && known.is_empty() && !was_empty(lane) {
        // Nothing listed and nothing to miss: an empty account, or a token that may not see. Asked until the first complete receipt.
        if let Some(Err(error)) = sweep.ask(&listed_kind.nobody()).await {
            let finding = Finding::complete(tally).failed(SweepStatus::Failed, &error);
            return Ok(Finding { listed: false, ..finding });
        }
    }
    let inquiry = sweep.check(&mut plan).await;
    sweep.expect(&plan).await?;
    let mut finding = sweep.apply(&plan, &inquiry.gone, tally).await?;
    finding.hold = next_hold(lane.hold.as_ref(), plan.held, run.run_id, sweep.at);
    if let Some(witness) = inquiry.there.first() {
        finding.note(format!("DigitalOcean's list leaves out {} {witness}, which exists", sweep.kind));
    }
    if let Some(error) = inquiry.unanswered {
        finding.listed &= inquiry.list_trusted;
        finding = finding.failed(SweepStatus::Partial, &error);
    }
    if finding.status == SweepStatus::Complete {
        finding.status = complete(plan.held);
    }
    if plan.held > 0 && finding.status == SweepStatus::Held {
        finding.note(waiting(plan.held, known.len(), &sweep.kind, run.worker.name));
    }
    Ok(finding)
}

/// Whether the last complete list of the lane was empty too.
fn was_empty(lane: &SyncState) -> bool {
    lane.last_complete.as_ref().is_some_and(|receipt| receipt.items == 0)
}

impl<'a> KindSweep<'a> {
    pub(crate) fn new(
        run: Run<'a>,
        client: &'a Client,
        mirrored: &'a dyn MirroredKind,
        lane: &SyncState,
        facts: BTreeMap<ProviderId, ResourceFacts>,
    ) -> Self {
        Self {
            run,
            client,
            mirrored,
            kind: mirrored.kind(),
            facts,
            last_complete_at: last_complete_at(lane),
            at: run.clock.now(),
            expected: Vec::new(),
        }
    }

    /// What was listed, as a plan compares it.
    pub(crate) fn fingerprints(&self) -> BTreeMap<ProviderId, String> {
        self.facts.iter().map(|(id, facts)| (id.clone(), facts.fingerprint())).collect()
    }

    pub(crate) fn rules<'l>(&self, lane: &'l SyncState) -> Rules<'l> {
        Rules {
            at: self.at,
            strike_interval: self.run.strike_interval,
            hold: lane.hold.as_ref(),
            confirmation: lane.confirmation.as_ref(),
            can_ask: self.mirrored.presence(self.client, &self.mirrored.nobody()).is_some(),
        }
    }

    /// Learns which changes of the kind are our own, if there are changes at all.
    pub(crate) async fn expect(&mut self, plan: &Plan) -> Result<(), Error> {
        if !plan.steps.is_empty() {
            self.expected = self.run.table.expected_changes(self.run.account, &self.kind).await?;
        }
        Ok(())
    }

    /// Asks about what the plan would strike, and leaves out of the plan what must not be struck.
    pub(crate) async fn check(&self, plan: &mut Plan) -> Inquiry {
        let inquiry = self.inquire(plan).await;
        plan.steps.retain(|step| match step.action {
            Action::Strike | Action::Bury => inquiry.may_strike(&step.id),
            Action::Discover | Action::Update | Action::Return => true,
        });
        let returned = inquiry.there.iter().map(|id| Step { id: id.clone(), action: Action::Return });
        plan.steps.extend(returned);
        inquiry
    }

    fn occasion(&self) -> Occasion<'_> {
        let state_fields = self.mirrored.state_fields();
        Occasion { at: self.at, run: self.run.run_id, state_fields, expected: &self.expected }
    }

    fn key(&self, id: &ProviderId) -> ResourceKey {
        ResourceKey { account: self.run.account.clone(), kind: self.kind.clone(), provider_id: id.clone() }
    }

    /// Asks DigitalOcean for one resource; `None` where the kind has no such call.
    async fn ask(&self, id: &ProviderId) -> Option<Result<Presence, digitalocean::Error>> {
        Some(self.mirrored.presence(self.client, id)?.await)
    }

    /// Before anything is struck, DigitalOcean is asked for one of the resources that the list left out. A token that lost its scope may
    /// get filtered lists that look whole, and lists lag; both would otherwise read as "gone". One request, and only when something is
    /// missing. Where the list turns out not to be the whole truth, only what is asked for and gone is struck.
    async fn inquire(&self, plan: &Plan) -> Inquiry {
        let missing = |wanted| plan.steps.iter().filter(move |step| step.action == wanted).map(|step| &step.id);
        let missing = missing(Action::Bury).chain(missing(Action::Strike));
        let mut inquiry = Inquiry::default();
        for id in missing.take(INQUIRIES) {
            match self.ask(id).await {
                None => {
                    inquiry.list_trusted = true;
                    break;
                }
                Some(Ok(Presence::Gone)) => {
                    inquiry.gone.insert(id.clone());
                    inquiry.list_trusted = inquiry.there.is_empty();
                }
                Some(Ok(Presence::There)) => {
                    inquiry.there.insert(id.clone());
                    inquiry.list_trusted = false;
                }
                Some(Err(error)) => {
                    // A failure that is this resource's alone may be passed over; one of the token's is an answer to every question.
                    let of_the_token = error.is_not_visible() || error.needs_new_token() || error.retry_at().is_some();
                    inquiry.unanswered = Some(error);
                    if of_the_token {
                        inquiry.list_trusted = false;
                        break;
                    }
                }
            }
            if inquiry.list_trusted {
                break;
            }
        }
        inquiry
    }

    /// Takes the plan's steps, as far as time allows. What is in `gone` is known to be, without asking again.
    pub(crate) async fn apply(
        &self,
        plan: &Plan,
        gone: &BTreeSet<ProviderId>,
        mut tally: Tally,
    ) -> Result<Finding, Error> {
        let done: Vec<Done> = stream::iter(plan.steps.clone())
            .map(|step| self.take(step, gone))
            .buffer_unordered(CONCURRENT_WRITES)
            .try_collect()
            .await?;
        let mut left = 0;
        let mut unanswered = None;
        let mut unwritable = None;
        for done in done {
            match done {
                Done::Written(effect) => tally.count(effect),
                Done::Nothing => {}
                Done::Left => left += 1,
                Done::Unanswered(error) => unanswered = Some(error),
                Done::Unwritable(error) => unwritable = Some(error),
            }
        }
        let mut finding = Finding::complete(tally);
        if left > 0 {
            let error = format!("out of time with {left} of {} changes left; another run goes on", plan.steps.len());
            finding = finding.stopped(error, Next::GoOn);
        }
        if let Some(error) = unwritable {
            finding = finding.stopped(error_chain(&error), Next::Person);
        }
        if let Some(error) = unanswered {
            finding = finding.failed(SweepStatus::Partial, &error);
        }
        Ok(finding)
    }

    /// Takes one step; what is one row's own trouble does not end the others.
    async fn take(&self, step: Step, gone: &BTreeSet<ProviderId>) -> Result<Done, Error> {
        match self.write(&step, gone).await {
            Err(error) if error.is_about_one_row() => Ok(Done::Unwritable(error)),
            done => done,
        }
    }

    async fn write(&self, step: &Step, gone: &BTreeSet<ProviderId>) -> Result<Done, Error> {
        if self.run.deadline.has_passed() {
            return Ok(Done::Left);
        }
        let key = self.key(&step.id);
        let facts = self.facts.get(&step.id);
        let table = self.run.table;
        let effect = match (step.action, facts) {
            (Action::Discover, Some(facts)) => {
                settle(table, &key, None, |row| upsert::seen(row, &key, facts, self.occasion())).await?
            }
            (Action::Update | Action::Return, Some(facts)) => {
                let row = table.resource(&key).await?;
                settle(table, &key, row, |row| upsert::seen(row, &key, facts, self.occasion())).await?
            }
            (Action::Return, None) => {
                let row = table.resource(&key).await?;
                settle(table, &key, row, |row| upsert::still_there(row?, self.at)).await?
            }
            (Action::Strike, _) => {
                let row = table.resource(&key).await?;
                let (interval, complete_at) = (self.run.strike_interval, self.last_complete_at);
                settle(table, &key, row, |row| upsert::missed(row?, interval, complete_at, self.at)).await?
            }
            (Action::Bury, _) => return self.bury(&key, gone.contains(&step.id)).await,
            (Action::Discover | Action::Update, None) => None,
        };
        Ok(effect.map_or(Done::Nothing, Done::Written))
    }

    async fn bury(&self, key: &ResourceKey, known_gone: bool) -> Result<Done, Error> {
        let presence = match self.mirrored.presence(self.client, &key.provider_id) {
            Some(question) if !known_gone => match question.await {
                Ok(presence) => presence,
                Err(error) => return Ok(Done::Unanswered(error)),
            },
            _ => Presence::Gone,
        };
        let row = self.run.table.resource(key).await?;
        let effect = settle(self.run.table, key, row, |row| match presence {
            Presence::Gone => upsert::gone(row?, self.occasion()),
            Presence::There => upsert::still_there(row?, self.at),
        })
        .await?;
        Ok(effect.map_or(Done::Nothing, Done::Written))
    }
}
