//! The step `upsert_dns_record`, which creates or updates a record so that a name has a value.

use super::dns_inputs::{self, MAX_REMOVED_RECORDS, Mode, RecordInputs};
use super::record_step::{self, MainRecord, MainWrite, RecordChanges, RecordPlan};
use crate::calls::Record;
use crate::dns::{DEFAULT_TTL, Identity, RecordEntry, RecordSet, RecordType, Value, fields_to_send};
use crate::step::{InputFields, StepKind};

/// The step `upsert_dns_record`, which creates or updates a DNS record.
pub(super) const UPSERT_DNS_RECORD: StepKind =
    StepKind { outputs: &["dns_record_id"], ..record_step::kind::<Upsert>("upsert_dns_record") };

/// The requested record, with the identity that selects existing ones.
struct Upsert {
    identity: Identity,
    value: Value,
    /// The requested time to live; none for that of the existing records of the name and type.
    ttl: Option<u32>,
    mode: Mode,
}

impl RecordPlan for Upsert {
    fn of(fields: &mut InputFields<'_>) -> Option<Self> {
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
        let value = Value { data: data?, parts };
        dns_inputs::is_complete(fields).then_some(Self { identity, value, ttl, mode: mode? })
    }

    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn changes(&self, found: &RecordSet, zone: Option<&[Record]>) -> Result<RecordChanges, String> {
        if let Some(other) = zone.and_then(|zone| self.identity.excluded_by(zone).next()) {
            return Err(format!("a {other} record of that name exists, which excludes the requested one"));
        }
        let kept = self.kept(found)?;
        let removed: Vec<RecordEntry> = match (self.mode, kept) {
            (Mode::Replace, Some(kept)) => {
                found.entries().iter().filter(|entry| entry.id != kept.id).cloned().collect()
            }
            _ => Vec::new(),
        };
        if removed.len() > MAX_REMOVED_RECORDS {
            let count = removed.len();
            return Err(format!("{count} records would be replaced; a step replaces at most {MAX_REMOVED_RECORDS}"));
        }
        let ttl = self.ttl.or(found.ttl()).unwrap_or(DEFAULT_TTL);
        let by = match kept {
            None => MainWrite::Create,
            Some(kept) if kept.value == self.value && kept.ttl == ttl => MainWrite::Keep(kept.id),
            Some(kept) => MainWrite::Update(kept.id),
        };
        let changes_nothing = matches!(by, MainWrite::Keep(_)) && removed.is_empty();
        if found.is_mixed() && !changes_nothing {
            return Err("the records of that name and type have different times to live, which DigitalOcean would replace by one for good".to_owned());
        }
        let record = fields_to_send(self.identity.record_type, self.identity.name.as_str(), &self.value, ttl);
        let alone = self.mode != Mode::Additive;
        Ok(RecordChanges { main: Some(MainRecord { by, record, alone }), removed })
    }
}

impl Upsert {
    /// Returns the record that becomes or stays the requested one; `None` if there is none.
    fn kept<'a>(&'a self, found: &'a RecordSet) -> Result<Option<&'a RecordEntry>, String> {
        let equal = found.with_value(&self.value).next();
        Ok(match (self.mode, found.entries()) {
            (_, []) => None,
            (Mode::Additive, _) => equal,
            (Mode::Exclusive, [only]) => Some(only),
            (Mode::Replace, [first, ..]) => Some(equal.unwrap_or(first)),
            (Mode::Exclusive, several) if equal.is_none() => {
                let count = several.len();
                return Err(format!(
                    "there are {count} records of that name and type, none of them the requested one; see dns_mode"
                ));
            }
            (Mode::Exclusive, _) => equal,
        })
    }
}
