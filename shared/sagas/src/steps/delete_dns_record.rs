//! The step `delete_dns_record`, which deletes the records of a name and type, or those with one
//! value.

use chrono::TimeDelta;
use domain::AccountId;

use super::dns_inputs::{self, MAX_REMOVED_RECORDS, Mode, Parts, RecordInputs};
use super::dns_preview::{self, Planned};
use crate::dns::{
    Identity, RecordEntry, RecordHistory, RecordSet, RecordSetPreImage, announce, is_stale, recover, restored,
};
use crate::ports::{Observations, ReadRequest, WriteRequest};
use crate::record::{Intent, LockTarget};
use crate::step::{InputFields, PlannedEffect, Preview, Prices, Recovered, StepContext, StepDecision, StepKind};

/// The step `delete_dns_record`, which deletes DNS records.
pub(super) struct DeleteDnsRecord;

/// The records to delete: all that match the inputs.
#[derive(Debug)]
pub(super) struct Inputs {
    identity: Identity,
    data: Option<String>,
    parts: Parts,
    mode: Mode,
}

type Context<'a> = StepContext<'a, Inputs, RecordSetPreImage>;

impl StepKind for DeleteDnsRecord {
    // Inputs.
    type Inputs = Inputs;
    type PreImage = RecordSetPreImage;
    const NAME: &'static str = "delete_dns_record";
    const INPUTS: &'static [&'static str] = dns_inputs::INPUTS;
    const POST_CHECKS: usize = 1;

    fn inputs(fields: &mut InputFields<'_>) -> Option<Inputs> {
        let mode = dns_inputs::mode(fields);
        dns_inputs::ttl(fields);
        let record = RecordInputs::of(fields);
        if record.is_delegation() {
            fields.refuse("dns_record_type", "the zone's own name servers must not be deleted");
        }
        if mode == Some(Mode::Additive) {
            fields.require("dns_record_data");
        }
        let parts = record.parts(fields);
        let data = record.data(fields, parts.tag.as_deref());
        let identity = record.identity()?;
        dns_inputs::is_complete(fields).then_some(Inputs { identity, data, parts, mode: mode? })
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
        let planned = match at.inputs.targets(&now) {
            Err(why) => Planned::Refused(why),
            Ok(matching) if matching.is_empty() => Planned::Nothing,
            Ok(matching) => Planned::Writes(matching.into_iter().map(|entry| at.inputs.delete(entry)).collect()),
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
        let (base, now, attempts) = (&history.base, RecordSet::of(zone, identity), history.attempts());
        let targets = match at.inputs.targets(base) {
            Err(why) => return StepDecision::Failed(why),
            Ok(targets) if targets.is_empty() => return StepDecision::done("noop"),
            Ok(targets) => targets,
        };
        let deleted = attempts.deleted();
        let Some(open) = targets.iter().find(|entry| !deleted.contains(&entry.id)) else {
            return StepDecision::done("deleted");
        };
        if now.get(open.id).is_some_and(|current| current.value != open.value) {
            return StepDecision::Failed(format!("another client changed record {} meanwhile", open.id));
        }
        let write = at.inputs.delete(open);
        let announce = announce(&write, identity, &now);
        StepDecision::Send { write, announce }
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
        // A deletion that arrives after the saga succeeded finds nothing to delete.
        match succeeded {
            true => StepDecision::done("no late write was found"),
            false => restored(&RecordHistory::of_undone(&at.inputs.identity, at, seen), at, seen),
        }
    }
}

impl Inputs {
    /// Returns the records to delete.
    ///
    /// # Errors
    /// When the inputs do not say which of several records to delete, or when there are too many.
    fn targets<'a>(&self, found: &'a RecordSet) -> Result<Vec<&'a RecordEntry>, String> {
        let matching: Vec<&RecordEntry> = found.entries().iter().filter(|entry| self.matches(entry)).collect();
        if self.mode == Mode::Exclusive && self.data.is_none() && matching.len() > 1 {
            let count = matching.len();
            return Err(format!(
                "there are {count} such records: set dns_record_data to select one, or dns_mode to replace for all"
            ));
        }
        if matching.len() > MAX_REMOVED_RECORDS {
            let count = matching.len();
            return Err(format!("there are {count} such records; a step deletes at most {MAX_REMOVED_RECORDS}"));
        }
        Ok(matching)
    }

    fn matches(&self, entry: &RecordEntry) -> bool {
        let Parts { priority, port, weight, flags, tag } = &self.parts;
        let agrees = |wanted: &Option<u32>, is: Option<u32>| wanted.is_none_or(|wanted| Some(wanted) == is);
        self.data.as_ref().is_none_or(|data| *data == entry.value.data)
            && agrees(priority, entry.value.priority)
            && agrees(port, entry.value.port)
            && agrees(weight, entry.value.weight)
            && agrees(flags, entry.value.flags)
            && (tag.is_none() || *tag == entry.value.tag)
    }

    fn delete(&self, entry: &RecordEntry) -> WriteRequest {
        WriteRequest::DeleteRecord {
            zone: self.identity.zone.as_str().to_owned(),
            id: entry.id,
            record: entry.shown.clone(),
        }
    }
}
