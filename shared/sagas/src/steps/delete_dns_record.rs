//! The step `delete_dns_record`, which deletes the records of a name and type, or those with one
//! value.

use super::dns_inputs::{self, MAX_REMOVED_RECORDS, Mode, RecordInputs};
use super::record_step::{self, RecordChanges, RecordPlan};
use crate::calls::Record;
use crate::dns::{Identity, Parts, RecordEntry, RecordSet};
use crate::step::{InputFields, StepKind};

/// The step `delete_dns_record`, which deletes DNS records.
pub(super) const DELETE_DNS_RECORD: StepKind = record_step::kind::<Delete>("delete_dns_record");

/// The records to delete: all that match the inputs.
struct Delete {
    identity: Identity,
    data: Option<String>,
    parts: Parts,
    mode: Mode,
}

impl RecordPlan for Delete {
    fn of(fields: &mut InputFields<'_>) -> Option<Self> {
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
        dns_inputs::is_complete(fields).then_some(Self { identity, data, parts, mode: mode? })
    }

    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn changes(&self, found: &RecordSet, _: Option<&[Record]>) -> Result<RecordChanges, String> {
        let removed: Vec<RecordEntry> = found.entries().iter().filter(|entry| self.matches(entry)).cloned().collect();
        let count = removed.len();
        if self.mode == Mode::Exclusive && self.data.is_none() && count > 1 {
            return Err(format!(
                "there are {count} such records: set dns_record_data to select one, or dns_mode to replace for all"
            ));
        }
        if count > MAX_REMOVED_RECORDS {
            return Err(format!("there are {count} such records; a step deletes at most {MAX_REMOVED_RECORDS}"));
        }
        Ok(RecordChanges { main: None, removed })
    }
}

impl Delete {
    fn matches(&self, entry: &RecordEntry) -> bool {
        let Parts { priority, port, weight, flags, tag } = &self.parts;
        let agrees = |wanted: &Option<u32>, is: Option<u32>| wanted.is_none_or(|wanted| Some(wanted) == is);
        let is = &entry.value.parts;
        self.data.as_ref().is_none_or(|data| *data == entry.value.data)
            && agrees(priority, is.priority)
            && agrees(port, is.port)
            && agrees(weight, is.weight)
            && agrees(flags, is.flags)
            && (tag.is_none() || *tag == is.tag)
    }
}
