//! `delete_dns_record`: sees to it that a name stands for nothing, or not for a value.

use chrono::TimeDelta;
use domain::AccountId;

use super::dns_inputs::{self, MAX_REMOVED_RECORDS, Mode, Parts, RecordInputs};
use super::dns_preview::{self, Planned};
use super::{InputFields, PlannedEffect, Preview, Prices, Recovered, StepContext, StepDecision, StepKind};
use crate::dns::{
    Identity, RecordEntry, RecordHistory, RecordSet, RecordSetPreImage, announce, is_stale, recover, restored,
};
use crate::ports::{Observations, ReadRequest, WriteRequest};
use crate::record::{Intent, LockTarget};

/// The step `delete_dns_record`.
pub(super) struct DeleteDnsRecord;

/// Which records are to go: all that bear what is said.
#[derive(Debug)]
pub(super) struct Inputs {
    identity: Identity,
    data: Option<String>,
    parts: Parts,
    mode: Mode,
}

type Here<'a> = StepContext<'a, Inputs, RecordSetPreImage>;

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
        let said = RecordInputs::of(fields);
        if said.is_delegation() {
            fields.refuse("dns_record_type", "the zone's own name servers are not to be deleted");
        }
        if mode == Some(Mode::Additive) {
            fields.require("dns_record_data");
        }
        let parts = said.parts(fields);
        let data = said.data(fields, parts.tag.as_deref());
        let identity = said.identity()?;
        dns_inputs::is_complete(fields).then_some(Inputs { identity, data, parts, mode: mode? })
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
        let planned = match at.inputs.targets(&now) {
            Err(why) => Planned::Refused(why),
            Ok(meant) if meant.is_empty() => Planned::Nothing,
            Ok(meant) => Planned::Writes(meant.into_iter().map(|entry| at.inputs.delete(entry)).collect()),
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
            return StepDecision::Failed(format!("record {} was changed by somebody else meanwhile", open.id));
        }
        let write = at.inputs.delete(open);
        let announce = announce(&write, identity, &now);
        StepDecision::Send { write, announce }
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
        // A deletion that arrives after the saga succeeded deletes what is gone.
        match succeeded {
            true => StepDecision::done("nothing arrived late"),
            false => restored(&RecordHistory::of_undone(&at.inputs.identity, at, seen), at, seen),
        }
    }

    #[cfg(test)]
    fn examples() -> Vec<crate::testkit::Example> {
        crate::testkit::dns_examples::delete()
    }
}

impl Inputs {
    /// The records to delete, or why it is nobody's to choose.
    fn targets<'a>(&self, found: &'a RecordSet) -> Result<Vec<&'a RecordEntry>, String> {
        let meant: Vec<&RecordEntry> = found.entries().iter().filter(|entry| self.means(entry)).collect();
        if self.mode == Mode::Exclusive && self.data.is_none() && meant.len() > 1 {
            let count = meant.len();
            return Err(format!(
                "there are {count} such records: say which (dns_record_data), or dns_mode replace for all"
            ));
        }
        if meant.len() > MAX_REMOVED_RECORDS {
            let count = meant.len();
            return Err(format!("there are {count} such records; a step deletes at most {MAX_REMOVED_RECORDS}"));
        }
        Ok(meant)
    }

    fn means(&self, entry: &RecordEntry) -> bool {
        let Parts { priority, port, weight, flags, tag } = &self.parts;
        let said = |wanted: &Option<u32>, is: Option<u32>| wanted.is_none_or(|wanted| Some(wanted) == is);
        self.data.as_ref().is_none_or(|data| *data == entry.value.data)
            && said(priority, entry.value.priority)
            && said(port, entry.value.port)
            && said(weight, entry.value.weight)
            && said(flags, entry.value.flags)
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
