//! The inputs that the two DNS steps share.

use domain::AccountId;

use crate::dns::{GREATEST_TTL, Identity, LEAST_TTL, Name, Parts, RecordType, Value, Zone};
use crate::record::LockTarget;
use crate::step::InputFields;

/// The names of the inputs.
pub(super) const INPUTS: &[&str] = &[
    "dns_domain",
    "dns_record_type",
    "dns_record_name",
    "dns_record_data",
    "dns_record_ttl",
    "dns_record_priority",
    "dns_record_port",
    "dns_record_weight",
    "dns_record_flags",
    "dns_record_tag",
    "dns_mode",
];

/// The largest number of records that one step replaces or deletes. Each takes a write or two,
/// which the saga's record keeps.
pub(super) const MAX_REMOVED_RECORDS: usize = 20;

/// The meaning of the existing records of the name and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// The set has one value. If it has several already, the step does not choose among them.
    Exclusive,
    /// The set may have several values, of which the step handles one.
    Additive,
    /// The step replaces all existing values.
    Replace,
}

const MODES: &[&str] = &["exclusive", "additive", "replace"];

/// The zone, name and type that a step is about, as far as they are valid. All of them must be
/// known at the start.
#[derive(Debug, Clone, Default)]
pub(super) struct RecordInputs {
    zone: Option<Zone>,
    name: Option<Name>,
    record_type: Option<RecordType>,
}

impl RecordInputs {
    /// Reads zone, name and type, and adds errors to `fields`.
    pub(super) fn of(fields: &mut InputFields<'_>) -> Self {
        for name in ["dns_domain", "dns_record_type", "dns_record_name"] {
            fields.require(name);
            fields.fixed(name);
        }
        const TYPES: &str = "expected one of A, AAAA, CAA, CNAME, MX, NS, SRV, TXT";
        let record_type = fields.word("dns_record_type", RecordType::NAMES, TYPES).and_then(RecordType::named);
        let zone = fields.text("dns_domain").map(Zone::of_input);
        let zone = zone.and_then(|zone| zone.map_err(|detail| fields.refuse("dns_domain", detail)).ok());
        let name = fields.text("dns_record_name").zip(zone.as_ref()).map(|(text, zone)| Name::of_input(text, zone));
        let name = name.and_then(|name| name.map_err(|detail| fields.refuse("dns_record_name", detail)).ok());
        if record_type == Some(RecordType::Cname) && name.as_ref().is_some_and(Name::is_apex) {
            fields.refuse("dns_record_name", "the zone itself cannot have a CNAME record");
        }
        Self { zone, name, record_type }
    }

    /// Returns the identity if all three are valid.
    pub(super) fn identity(self) -> Option<Identity> {
        Some(Identity { zone: self.zone?, name: self.name?, record_type: self.record_type? })
    }

    /// Returns whether the records are the zone's own name servers.
    pub(super) fn is_delegation(&self) -> bool {
        self.record_type == Some(RecordType::Ns) && self.name.as_ref().is_some_and(Name::is_apex)
    }

    /// Returns the inputs that the type requires besides its data.
    pub(super) fn required_parts(&self) -> &'static [&'static str] {
        match self.record_type {
            Some(RecordType::Mx) => &["dns_record_priority"],
            Some(RecordType::Srv) => &["dns_record_priority", "dns_record_port", "dns_record_weight"],
            Some(RecordType::Caa) => &["dns_record_tag"],
            _ => &[],
        }
    }

    /// Returns the parts that the type has; any other part is refused.
    pub(super) fn parts(&self, fields: &mut InputFields<'_>) -> Parts {
        const NO_SUCH_PART: &str = "the type of the record has no such field";
        let has = |name: &str| match (name, self.record_type) {
            (_, None) => true,
            ("dns_record_priority", Some(record_type)) => record_type.has_priority(),
            ("dns_record_port" | "dns_record_weight", Some(record_type)) => record_type == RecordType::Srv,
            (_, Some(record_type)) => record_type == RecordType::Caa,
        };
        let numbers = ["dns_record_priority", "dns_record_port", "dns_record_weight", "dns_record_flags"];
        for name in numbers.into_iter().chain(["dns_record_tag"]).filter(|name| !has(name)) {
            fields.refuse_present(name, NO_SUCH_PART);
        }
        let [priority, port, weight, _] =
            numbers.map(|name| small(fields.number(name, 0..=65_535, "expected a whole number, 0 to 65535")));
        let flags = small(fields.number("dns_record_flags", 0..=255, "expected a whole number, 0 to 255"));
        let tag = fields.word("dns_record_tag", &["issue", "issuewild", "iodef"], "expected issue, issuewild or iodef");
        Parts { priority, port, weight, flags, tag: tag.map(str::to_owned) }
    }

    /// Returns the data in normal form, if it is given and valid.
    pub(super) fn data(&self, fields: &mut InputFields<'_>, tag: Option<&str>) -> Option<String> {
        let text = fields.text("dns_record_data")?;
        let data = Value::data_of_input(self.record_type?, text, tag, self.zone.as_ref()?);
        data.map_err(|detail| fields.refuse("dns_record_data", detail)).ok()
    }
}

/// Returns the lock target: the name, with all its types.
pub(super) fn locks(account: &AccountId, fields: &mut InputFields<'_>) -> Vec<LockTarget> {
    RecordInputs::of(fields)
        .identity()
        .map(|id| LockTarget::dns(account, id.zone.as_str(), id.name.as_str()))
        .into_iter()
        .collect()
}

pub(super) fn mode(fields: &mut InputFields<'_>) -> Option<Mode> {
    let word = fields.word("dns_mode", MODES, "expected exclusive, additive or replace");
    match word {
        Some("additive") => Some(Mode::Additive),
        Some("replace") => Some(Mode::Replace),
        Some(_) => Some(Mode::Exclusive),
        None => fields.errors().iter().all(|(name, _)| name != "dns_mode").then_some(Mode::Exclusive),
    }
}

/// Returns the time to live, if it is given.
pub(super) fn ttl(fields: &mut InputFields<'_>) -> Option<u32> {
    let bounds = u64::from(LEAST_TTL)..=u64::from(GREATEST_TTL);
    small(fields.number("dns_record_ttl", bounds, "expected whole seconds, 30 to 2147483647"))
}

/// Returns whether no input is invalid or refers to an output that is not known yet.
pub(super) fn is_complete(fields: &InputFields<'_>) -> bool {
    fields.errors().is_empty() && !INPUTS.iter().any(|name| fields.refers_to_output(name))
}

fn small(number: Option<u64>) -> Option<u32> {
    number.and_then(|number| u32::try_from(number).ok())
}
