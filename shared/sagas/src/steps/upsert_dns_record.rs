//! The step `upsert_dns_record`, which creates or updates a record so that a name has a value.

use chrono::{DateTime, TimeDelta, Utc};
use domain::AccountId;
use serde_json::{Map, json};

use super::dns_inputs::{self, MAX_REMOVED_RECORDS, Mode, RecordInputs};
use super::dns_preview::{self, Planned};
use crate::dns::{
    DEFAULT_TTL, Identity, RecordAttempts, RecordEntry, RecordHistory, RecordSet, RecordSetPreImage, RecordType, Value,
    announce, fields_to_send, is_stale, recover, restored,
};
use crate::ports::{Observations, ReadRequest, RecordFields, WriteRequest};
use crate::record::{Intent, LockTarget};
use crate::step::{
    InputFields, PlannedEffect, Preview, Prices, Recovered, StepCompletion, StepContext, StepDecision, StepKind,
};

/// The step `upsert_dns_record`, which creates or updates a DNS record.
pub(super) struct UpsertDnsRecord;

/// The number of times that a record is created while another client keeps deleting it.
const MAX_CREATIONS: usize = 3;

/// The requested record, with the identity that selects existing ones.
#[derive(Debug)]
pub(super) struct Inputs {
    identity: Identity,
    value: Value,
    /// The requested time to live; none for that of the existing records of the name and type.
    ttl: Option<u32>,
    mode: Mode,
}

type Context<'a> = StepContext<'a, Inputs, RecordSetPreImage>;

/// The writes that the requested record needs, given the records that were found.
enum UpsertPlan {
    Nothing(u64),
    Refused(String),
    /// The main write, then the records to delete.
    Writes(MainWrite, Vec<RecordEntry>),
}

enum MainWrite {
    Create(RecordFields),
    Update(u64, RecordFields),
    Keep(u64),
}

impl StepKind for UpsertDnsRecord {
    // Inputs.
    type Inputs = Inputs;
    type PreImage = RecordSetPreImage;
    const NAME: &'static str = "upsert_dns_record";
    const INPUTS: &'static [&'static str] = dns_inputs::INPUTS;
    const OUTPUTS: &'static [&'static str] = &["dns_record_id"];
    /// One round only: a record names neither its creator nor its time. A day later, an equal
    /// record would belong to another client.
    const POST_CHECKS: usize = 1;

    fn inputs(fields: &mut InputFields<'_>) -> Option<Inputs> {
        fields.require("dns_record_data");
        let mode = dns_inputs::mode(fields);
        let ttl = dns_inputs::ttl(fields);
        let record = RecordInputs::of(fields);
        for name in record.required_parts() {
            fields.require(name);
        }
        let mut parts = record.parts(fields);
        if record.is_delegation() && mode != Some(Mode::Additive) {
            fields.refuse("dns_mode", "the zone's own name servers can only be added to");
        }
        let data = record.data(fields, parts.tag.as_deref());
        let identity = record.identity()?;
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
    fn preview(at: &Context<'_>, seen: &Observations, _: &Prices) -> Preview {
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
                    MainWrite::Create(record) => Some(at.inputs.create(record)),
                    MainWrite::Update(id, record) => Some(at.inputs.update(id, record)),
                    MainWrite::Keep(_) => None,
                };
                Planned::Writes(main.into_iter().chain(extra.iter().map(|entry| at.inputs.delete(entry))).collect())
            }
        };
        dns_preview::preview(identity, &now, planned)
    }

    // Execute.
    fn reads(at: &Context<'_>) -> Vec<ReadRequest> {
        vec![ReadRequest::Records { zone: at.inputs.identity.zone.as_str().to_owned() }]
    }

    fn pre_image(at: &Context<'_>, seen: &Observations) -> Option<RecordSetPreImage> {
        let zone = seen.records(at.inputs.identity.zone.as_str())?;
        Some(RecordSetPreImage::of(zone, &at.inputs.identity))
    }

    fn forward(at: &Context<'_>, seen: &Observations) -> StepDecision {
        let Inputs { identity, .. } = at.inputs;
        let Some(zone) = seen.records(identity.zone.as_str()) else {
            return StepDecision::Failed(dns_preview::NO_ZONE.to_owned());
        };
        if at.pre_image.is_none() && is_stale(at, identity.zone.as_str(), zone) {
            return StepDecision::Wait(dns_preview::STALE.to_owned());
        }
        let history = RecordHistory::of(identity, at, seen);
        // After the first write, a record in the way may be the step's own.
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
    fn recover(at: &Context<'_>, intent: &Intent, seen: &Observations) -> Recovered {
        let history = RecordHistory::of(&at.inputs.identity, at, seen);
        recover(intent, history.attempts(), history.now.as_ref())
    }

    // Compensate.
    fn undo(at: &Context<'_>, seen: &Observations) -> StepDecision {
        restored(&RecordHistory::of(&at.inputs.identity, at, seen), at, seen)
    }

    fn post_check(at: &Context<'_>, seen: &Observations, succeeded: bool) -> StepDecision {
        if !succeeded {
            return restored(&RecordHistory::of_undone(&at.inputs.identity, at, seen), at, seen);
        }
        let history = RecordHistory::of(&at.inputs.identity, at, seen);
        let Some(now) = &history.now else { return StepDecision::done("the zone is gone") };
        let run = UpsertPass { at, seen, now, attempts: history.attempts() };
        run.duplicate().unwrap_or_else(|| StepDecision::done("no late write was found"))
    }
}

fn done(outcome: &'static str, id: u64) -> StepCompletion {
    let outputs = Map::from_iter([("dns_record_id".to_owned(), json!(id.to_string()))]);
    StepCompletion { outcome, outputs, ..StepCompletion::default() }
}

impl Inputs {
    fn plan(&self, found: &RecordSet, zone: Option<&[crate::ports::Record]>) -> UpsertPlan {
        let excluded_by = zone.and_then(|zone| self.identity.excluded_by(zone).next());
        if let Some(other) = excluded_by {
            return UpsertPlan::Refused(format!(
                "a {other} record of that name exists, which excludes the requested one"
            ));
        }
        let ttl = self.ttl_beside(found);
        let record = fields_to_send(self.identity.record_type, self.identity.name.as_str(), &self.value, ttl);
        let equal = found.with_value(&self.value).next();
        let kept = match (self.mode, found.entries()) {
            (_, []) => None,
            (Mode::Additive, _) => equal,
            (Mode::Exclusive, [only]) => Some(only),
            (Mode::Replace, [first, ..]) => Some(equal.unwrap_or(first)),
            (Mode::Exclusive, several) if equal.is_none() => {
                let count = several.len();
                return UpsertPlan::Refused(format!(
                    "there are {count} records of that name and type, none of them the requested one; see dns_mode"
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
                "{count} records would be replaced; a step replaces at most {MAX_REMOVED_RECORDS}"
            ));
        }
        let main = match kept {
            None => MainWrite::Create(record),
            Some(kept) if kept.value == self.value && kept.ttl == ttl && extra.is_empty() => {
                return UpsertPlan::Nothing(kept.id);
            }
            Some(kept) if kept.value == self.value && kept.ttl == ttl => MainWrite::Keep(kept.id),
            Some(kept) => MainWrite::Update(kept.id, record),
        };
        if found.is_mixed() {
            return UpsertPlan::Refused(
                "the records of that name and type have different times to live, which DigitalOcean would replace by one for good".to_owned(),
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

    fn create(&self, record: RecordFields) -> WriteRequest {
        WriteRequest::CreateRecord { zone: self.zone(), record, instead_of: None }
    }

    fn update(&self, id: u64, record: RecordFields) -> WriteRequest {
        WriteRequest::UpdateRecord { zone: self.zone(), id, record }
    }

    fn delete(&self, entry: &RecordEntry) -> WriteRequest {
        WriteRequest::DeleteRecord { zone: self.zone(), id: entry.id, record: entry.shown.clone() }
    }
}

/// One pass of a step that has a plan.
struct UpsertPass<'a> {
    at: &'a Context<'a>,
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

    /// Returns the main write, unless it was carried out.
    fn main(&self, main: &MainWrite) -> Option<StepDecision> {
        let made = self.attempts.created(false).next().is_some();
        match main {
            MainWrite::Keep(_) => None,
            MainWrite::Create(record) => (!made).then(|| self.send(self.inputs().create(record.clone()))),
            MainWrite::Update(id, record) => match self.attempts.updated(*id, false).map(|(_, attempt)| attempt) {
                Some(attempt) if attempt.result().is_some() => None,
                Some(attempt) if !attempt.is_lost() => (!made).then(|| self.send(self.inputs().create(record.clone()))),
                _ => Some(self.unchanged(*id).unwrap_or_else(|| self.send(self.inputs().update(*id, record.clone())))),
            },
        }
    }

    /// Returns the next deletion that is left.
    fn extra(&self, extra: &[RecordEntry]) -> Option<StepDecision> {
        let open = extra.iter().find(|entry| !self.attempts.deleted().contains(&entry.id))?;
        Some(self.unchanged(open.id).unwrap_or_else(|| self.send(self.inputs().delete(open))))
    }

    /// Fails if a record that is about to be overwritten is neither as it was found nor as
    /// requested.
    fn unchanged(&self, id: u64) -> Option<StepDecision> {
        let (found, now) = (self.attempts.base.get(id)?, self.now.get(id)?);
        let is_foreign = now.value != found.value && now.value != self.inputs().value;
        is_foreign.then(|| StepDecision::Failed(format!("another client changed record {id} meanwhile")))
    }

    /// Checks that the record exists, once everything is written.
    fn verify(&self, main: &MainWrite) -> StepDecision {
        let made = self.attempts.created(false).last();
        let (id, outcome) = match (made, main) {
            (Some((id, _)), _) => (id, "created"),
            (None, MainWrite::Update(id, _)) => (*id, "updated"),
            (None, MainWrite::Keep(id)) => (*id, "updated"),
            // Unreachable: `main` has no next write only once it was carried out.
            (None, MainWrite::Create(record)) => return self.send(self.inputs().create(record.clone())),
        };
        match self.now.get(id) {
            Some(entry) if self.is_wanted(entry) => {}
            Some(_) if self.at.now < self.written_at() + self.at.timing.read_lag => {
                return StepDecision::Wait("the zone does not show the record as written yet".to_owned());
            }
            Some(_) => return StepDecision::Failed(format!("another client changed record {id} meanwhile")),
            None => return self.missing(id),
        }
        self.duplicate().or_else(|| self.competing_record()).unwrap_or_else(|| StepDecision::Done(done(outcome, id)))
    }

    /// Fails if another client created records there too: an equal one, or any other where there
    /// should be one. The compensation then removes the step's own record.
    fn competing_record(&self) -> Option<StepDecision> {
        let known = self.attempts.known();
        let must_be_alone = self.inputs().mode != Mode::Additive;
        let mut others = self.now.entries().iter().filter(|entry| !known.contains(&entry.id));
        let other = others.find(|entry| must_be_alone || entry.value == self.inputs().value)?;
        Some(StepDecision::Failed(format!(
            "another client created record {} of that name and type meanwhile",
            other.id
        )))
    }

    fn is_wanted(&self, entry: &RecordEntry) -> bool {
        entry.value == self.inputs().value && entry.ttl == self.inputs().ttl_beside(self.attempts.base)
    }

    fn written_at(&self) -> DateTime<Utc> {
        self.at.state.attempts.last().map_or(self.at.now, |attempt| attempt.at)
    }

    /// Handles a record that the list does not show. The record is read by its id; only if it is
    /// not found that way either, for a while, does it count as deleted.
    fn missing(&self, id: u64) -> StepDecision {
        let zone = self.inputs().zone();
        match self.seen.record(&zone, id) {
            None => StepDecision::Read(vec![ReadRequest::Record { zone, id }]),
            Some(Some(_)) => StepDecision::Wait("the zone does not list the record yet".to_owned()),
            Some(None) if self.at.now < self.written_at() + self.at.timing.read_lag => {
                StepDecision::Wait("the record is not found yet".to_owned())
            }
            Some(None) if self.attempts.created(false).count() >= MAX_CREATIONS => {
                StepDecision::Failed("another client keeps deleting the record".to_owned())
            }
            Some(None) => {
                let ttl = self.inputs().ttl_beside(self.attempts.base);
                let Identity { name, record_type, .. } = &self.inputs().identity;
                self.send(self.inputs().create(fields_to_send(*record_type, name.as_str(), &self.inputs().value, ttl)))
            }
        }
    }

    /// Deletes a second record, created by a write that counted as lost and was carried out after
    /// all.
    fn duplicate(&self) -> Option<StepDecision> {
        let value = &self.inputs().value;
        let orphaned = self.attempts.orphaned(value, false);
        let orphan =
            self.attempts.unattributed(self.now, value).take(orphaned).next().and_then(|id| self.now.get(id))?;
        Some(self.send(self.inputs().delete(orphan)))
    }
}
