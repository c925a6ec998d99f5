//! `upsert_dns_record`: sees to it that a name stands for a value.

use chrono::{DateTime, TimeDelta, Utc};
use domain::AccountId;
use serde_json::{Map, json};

use super::dns_inputs::{self, MAX_REMOVED_RECORDS, Mode, RecordInputs};
use super::dns_preview::{self, Planned};
use super::{
    InputFields, PlannedEffect, Preview, Prices, Recovered, StepCompletion, StepContext, StepDecision, StepKind,
};
use crate::dns::{
    DEFAULT_TTL, Identity, RecordAttempts, RecordEntry, RecordHistory, RecordSet, RecordSetPreImage, RecordType, Value,
    announce, is_stale, recover, restored, sent,
};
use crate::ports::{Observations, ReadRequest, RecordFields, WriteRequest};
use crate::record::{Intent, LockTarget};

/// The step `upsert_dns_record`.
pub(super) struct UpsertDnsRecord;

/// How often a record that somebody deletes under our hands is made again.
const MAX_CREATIONS: usize = 3;

/// Which record is wanted.
#[derive(Debug)]
pub(super) struct Inputs {
    identity: Identity,
    value: Value,
    /// What its siblings have, if it is not said.
    ttl: Option<u32>,
    mode: Mode,
}

type Here<'a> = StepContext<'a, Inputs, RecordSetPreImage>;

/// What the wanted record needs, given what was found.
enum UpsertPlan {
    Nothing(u64),
    Refused(String),
    /// The main write, then the records to delete.
    Writes(Main, Vec<RecordEntry>),
}

enum Main {
    Make(RecordFields),
    Change(u64, RecordFields),
    Keep(u64),
}

impl StepKind for UpsertDnsRecord {
    // Inputs.
    type Inputs = Inputs;
    type PreImage = RecordSetPreImage;
    const NAME: &'static str = "upsert_dns_record";
    const INPUTS: &'static [&'static str] = dns_inputs::INPUTS;
    const OUTPUTS: &'static [&'static str] = &["dns_record_id"];
    /// A record says neither who made it nor when. A day later it would be somebody else's, however much it looks like ours.
    const POST_CHECKS: usize = 1;

    fn inputs(fields: &mut InputFields<'_>) -> Option<Inputs> {
        fields.require("dns_record_data");
        let mode = dns_inputs::mode(fields);
        let ttl = dns_inputs::ttl(fields);
        let said = RecordInputs::of(fields);
        for name in said.needed() {
            fields.require(name);
        }
        let mut parts = said.parts(fields);
        if said.is_delegation() && mode != Some(Mode::Additive) {
            fields.refuse("dns_mode", "the zone's own name servers can only be added to");
        }
        let data = said.data(fields, parts.tag.as_deref());
        let identity = said.identity()?;
        if identity.record_type == RecordType::Caa {
            parts.flags = parts.flags.or(Some(0));
        }
        dns_inputs::is_complete(fields).then_some(Inputs { identity, value: parts.with(data?), ttl, mode: mode? })
    }

    fn locks(account: &AccountId, fields: &mut InputFields<'_>) -> Vec<LockTarget> {
        dns_inputs::locks(account, fields)
    }

    fn time_budget(_: &mut InputFields<'_>) -> TimeDelta {
        TimeDelta::minutes(15)
    }

    // Plan.
    fn preview(at: &Here<'_>, seen: &Observations, _: &Prices) -> Preview {
        let Inputs { identity, .. } = at.inputs;
        let Some(zone) = seen.records(identity.zone.as_str()) else {
            return Preview::without_change(PlannedEffect::Fail, dns_preview::NO_ZONE);
        };
        let now = RecordSet::of(zone, identity);
        let planned = match at.inputs.plan(&now, Some(zone)) {
            UpsertPlan::Nothing(_) => Planned::Nothing,
            UpsertPlan::Refused(why) => Planned::Refused(why),
            UpsertPlan::Writes(main, extra) => {
                let main = match main {
                    Main::Make(record) => Some(at.inputs.make(record)),
                    Main::Change(id, record) => Some(at.inputs.change(id, record)),
                    Main::Keep(_) => None,
                };
                Planned::Writes(main.into_iter().chain(extra.iter().map(|entry| at.inputs.delete(entry))).collect())
            }
        };
        dns_preview::preview(identity, &now, planned)
    }

    // Execute.
    fn reads(at: &Here<'_>) -> Vec<ReadRequest> {
        vec![ReadRequest::Records { zone: at.inputs.identity.zone.as_str().to_owned() }]
    }

    fn pre_image(at: &Here<'_>, seen: &Observations) -> Option<RecordSetPreImage> {
        let zone = seen.records(at.inputs.identity.zone.as_str())?;
        Some(RecordSetPreImage::of(zone, &at.inputs.identity))
    }

    fn forward(at: &Here<'_>, seen: &Observations) -> StepDecision {
        let Inputs { identity, .. } = at.inputs;
        let Some(zone) = seen.records(identity.zone.as_str()) else {
            return StepDecision::Failed(dns_preview::NO_ZONE.to_owned());
        };
        if at.pre_image.is_none() && is_stale(at, identity.zone.as_str(), zone) {
            return StepDecision::Wait(dns_preview::STALE.to_owned());
        }
        let history = RecordHistory::of(identity, at, seen);
        // Only before the first write is what stands in the way not our own doing.
        let plan = at.inputs.plan(&history.base, at.pre_image.is_none().then_some(zone));
        let run = UpsertPass { at, seen, now: &RecordSet::of(zone, identity), attempts: history.attempts() };
        match plan {
            UpsertPlan::Nothing(id) => StepDecision::Done(done("noop", id)),
            UpsertPlan::Refused(why) => StepDecision::Failed(why),
            UpsertPlan::Writes(main, extra) => {
                run.main(&main).or_else(|| run.extra(&extra)).unwrap_or_else(|| run.verify(&main))
            }
        }
    }

    // Recover.
    fn recover(at: &Here<'_>, intent: &Intent, seen: &Observations) -> Recovered {
        let history = RecordHistory::of(&at.inputs.identity, at, seen);
        recover(intent, history.attempts(), history.now.as_ref())
    }

    // Compensate.
    fn undo(at: &Here<'_>, seen: &Observations) -> StepDecision {
        restored(&RecordHistory::of(&at.inputs.identity, at, seen), at, seen)
    }

    fn post_check(at: &Here<'_>, seen: &Observations, succeeded: bool) -> StepDecision {
        if !succeeded {
            return restored(&RecordHistory::of_undone(&at.inputs.identity, at, seen), at, seen);
        }
        let history = RecordHistory::of(&at.inputs.identity, at, seen);
        let Some(now) = &history.now else { return StepDecision::done("the zone is gone") };
        let run = UpsertPass { at, seen, now, attempts: history.attempts() };
        run.duplicate().unwrap_or_else(|| StepDecision::done("nothing arrived late"))
    }

    #[cfg(test)]
    fn examples() -> Vec<crate::testkit::Example> {
        crate::testkit::dns_examples::upsert()
    }
}

fn done(outcome: &'static str, id: u64) -> StepCompletion {
    let outputs = Map::from_iter([("dns_record_id".to_owned(), json!(id.to_string()))]);
    StepCompletion { outcome, outputs, ..StepCompletion::default() }
}

impl Inputs {
    fn plan(&self, found: &RecordSet, zone: Option<&[crate::ports::Record]>) -> UpsertPlan {
        let in_the_way = zone.and_then(|zone| self.identity.in_the_way(zone).next());
        if let Some(other) = in_the_way {
            return UpsertPlan::Refused(format!("a {other} record of that name stands in the way"));
        }
        let ttl = self.ttl_beside(found);
        let record = sent(self.identity.record_type, self.identity.name.as_str(), &self.value, ttl);
        let equal = found.with_value(&self.value).next();
        let kept = match (self.mode, found.entries()) {
            (_, []) => None,
            (Mode::Additive, _) => equal,
            (Mode::Exclusive, [only]) => Some(only),
            (Mode::Replace, [first, ..]) => Some(equal.unwrap_or(first)),
            (Mode::Exclusive, several) if equal.is_none() => {
                let count = several.len();
                return UpsertPlan::Refused(format!(
                    "there are {count} records of that name and type, none of them this one; see dns_mode"
                ));
            }
            (Mode::Exclusive, _) => equal,
        };
        let extra: Vec<RecordEntry> = match (self.mode, kept) {
            (Mode::Replace, Some(kept)) => {
                found.entries().iter().filter(|entry| entry.id != kept.id).cloned().collect()
            }
            _ => Vec::new(),
        };
        if extra.len() > MAX_REMOVED_RECORDS {
            let count = extra.len();
            return UpsertPlan::Refused(format!(
                "{count} records would give way; a step replaces at most {MAX_REMOVED_RECORDS}"
            ));
        }
        let main = match kept {
            None => Main::Make(record),
            Some(kept) if kept.value == self.value && kept.ttl == ttl && extra.is_empty() => {
                return UpsertPlan::Nothing(kept.id);
            }
            Some(kept) if kept.value == self.value && kept.ttl == ttl => Main::Keep(kept.id),
            Some(kept) => Main::Change(kept.id, record),
        };
        if found.is_mixed() {
            return UpsertPlan::Refused(
                "the records of that name and type have different times to live; DigitalOcean would make them one for good".to_owned(),
            );
        }
        UpsertPlan::Writes(main, extra)
    }

    fn ttl_beside(&self, found: &RecordSet) -> u32 {
        self.ttl.or(found.ttl()).unwrap_or(DEFAULT_TTL)
    }

    fn zone(&self) -> String {
        self.identity.zone.as_str().to_owned()
    }

    fn make(&self, record: RecordFields) -> WriteRequest {
        WriteRequest::CreateRecord { zone: self.zone(), record, instead_of: None }
    }

    fn change(&self, id: u64, record: RecordFields) -> WriteRequest {
        WriteRequest::UpdateRecord { zone: self.zone(), id, record }
    }

    fn delete(&self, entry: &RecordEntry) -> WriteRequest {
        WriteRequest::DeleteRecord { zone: self.zone(), id: entry.id, record: entry.shown.clone() }
    }
}

/// One look at a step that has a plan.
struct UpsertPass<'a> {
    at: &'a Here<'a>,
    seen: &'a Observations,
    now: &'a RecordSet,
    attempts: RecordAttempts<'a>,
}

impl UpsertPass<'_> {
    fn inputs(&self) -> &Inputs {
        self.at.inputs
    }

    fn send(&self, write: WriteRequest) -> StepDecision {
        let announce = announce(&write, &self.inputs().identity, self.now);
        StepDecision::Send { write, announce }
    }

    /// The main write, unless it was carried out.
    fn main(&self, main: &Main) -> Option<StepDecision> {
        let made = self.attempts.created(false).next().is_some();
        match main {
            Main::Keep(_) => None,
            Main::Make(record) => (!made).then(|| self.send(self.inputs().make(record.clone()))),
            Main::Change(id, record) => match self.attempts.updated(*id, false).map(|(_, attempt)| attempt) {
                Some(attempt) if attempt.result().is_some() => None,
                Some(attempt) if !attempt.is_lost() => (!made).then(|| self.send(self.inputs().make(record.clone()))),
                _ => Some(self.unchanged(*id).unwrap_or_else(|| self.send(self.inputs().change(*id, record.clone())))),
            },
        }
    }

    /// The deletions that are left.
    fn extra(&self, extra: &[RecordEntry]) -> Option<StepDecision> {
        let open = extra.iter().find(|entry| !self.attempts.deleted().contains(&entry.id))?;
        Some(self.unchanged(open.id).unwrap_or_else(|| self.send(self.inputs().delete(open))))
    }

    /// Says no if a record that is about to be written over is neither as it was found nor as we want it.
    fn unchanged(&self, id: u64) -> Option<StepDecision> {
        let (found, now) = (self.attempts.base.get(id)?, self.now.get(id)?);
        let theirs = now.value != found.value && now.value != self.inputs().value;
        theirs.then(|| StepDecision::Failed(format!("record {id} was changed by somebody else meanwhile")))
    }

    /// Whether the record is there, once everything is written.
    fn verify(&self, main: &Main) -> StepDecision {
        let made = self.attempts.created(false).last();
        let (id, outcome) = match (made, main) {
            (Some((id, _)), _) => (id, "created"),
            (None, Main::Change(id, _)) => (*id, "updated"),
            (None, Main::Keep(id)) => (*id, "updated"),
            // Unreachable: `main` has no next write only once it was carried out.
            (None, Main::Make(record)) => return self.send(self.inputs().make(record.clone())),
        };
        match self.now.get(id) {
            Some(entry) if self.is_wanted(entry) => {}
            Some(_) if self.at.now < self.written_at() + self.at.timing.read_lag => {
                return StepDecision::Wait("the zone does not show the record as it was written yet".to_owned());
            }
            Some(_) => return StepDecision::Failed(format!("record {id} was changed by somebody else meanwhile")),
            None => return self.missing(id),
        }
        self.duplicate().or_else(|| self.company()).unwrap_or_else(|| StepDecision::Done(done(outcome, id)))
    }

    /// Whether somebody made records there too: the same once more, or others where there should be one. Ours then goes again.
    fn company(&self) -> Option<StepDecision> {
        let known = self.attempts.known();
        let wants_to_be_alone = self.inputs().mode != Mode::Additive;
        let mut others = self.now.entries().iter().filter(|entry| !known.contains(&entry.id));
        let other = others.find(|entry| wants_to_be_alone || entry.value == self.inputs().value)?;
        Some(StepDecision::Failed(format!("record {} of that name and type appeared meanwhile", other.id)))
    }

    fn is_wanted(&self, entry: &RecordEntry) -> bool {
        entry.value == self.inputs().value && entry.ttl == self.inputs().ttl_beside(self.attempts.base)
    }

    fn written_at(&self) -> DateTime<Utc> {
        self.at.state.attempts.last().map_or(self.at.now, |attempt| attempt.at)
    }

    /// The list does not show what was written: it is asked for alone. Only if that shows nothing either, for a while, is it gone.
    fn missing(&self, id: u64) -> StepDecision {
        let zone = self.inputs().zone();
        match self.seen.record(&zone, id) {
            None => StepDecision::Read(vec![ReadRequest::Record { zone, id }]),
            Some(Some(_)) => StepDecision::Wait("the zone does not list the record yet".to_owned()),
            Some(None) if self.at.now < self.written_at() + self.at.timing.read_lag => {
                StepDecision::Wait("the record is not to be found yet".to_owned())
            }
            Some(None) if self.attempts.created(false).count() >= MAX_CREATIONS => {
                StepDecision::Failed("somebody deletes the record whenever it is made".to_owned())
            }
            Some(None) => {
                let ttl = self.inputs().ttl_beside(self.attempts.base);
                let Identity { name, record_type, .. } = &self.inputs().identity;
                self.send(self.inputs().make(sent(*record_type, name.as_str(), &self.inputs().value, ttl)))
            }
        }
    }

    /// Deletes a second record that a write which counted as lost has made after all.
    fn duplicate(&self) -> Option<StepDecision> {
        let value = &self.inputs().value;
        let orphaned = self.attempts.orphaned(value, false);
        let orphan =
            self.attempts.unattributed(self.now, value).take(orphaned).next().and_then(|id| self.now.get(id))?;
        Some(self.send(self.inputs().delete(orphan)))
    }
}
