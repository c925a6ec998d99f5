//! The inputs that the two DNS steps share.

use domain::AccountId;

use super::InputFields;
use crate::dns::{GREATEST_TTL, Identity, LEAST_TTL, Name, RecordType, Value, Zone};
use crate::record::LockTarget;

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

/// The most records that one step gives up: each is a write or two, which the saga's record keeps.
pub(super) const MAX_REMOVED_RECORDS: usize = 20;

/// What a step takes the records of its name and type for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// One value; several that are there already are nobody's to choose from.
    Exclusive,
    /// A set of values, of which the step is about one.
    Additive,
    /// Whatever is there gives way.
    Replace,
}

const MODES: &[&str] = &["exclusive", "additive", "replace"];

/// The record's parts but for its data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Parts {
    pub(super) priority: Option<u32>,
    pub(super) port: Option<u32>,
    pub(super) weight: Option<u32>,
    pub(super) flags: Option<u32>,
    pub(super) tag: Option<String>,
}

impl Parts {
    /// The value with this data.
    pub(super) fn with(self, data: String) -> Value {
        let Self { priority, port, weight, flags, tag } = self;
        Value { data, priority, port, weight, flags, tag }
    }
}

/// Whose records it is about, as far as that is said well. All of it must be known at the start.
#[derive(Debug, Clone, Default)]
pub(super) struct RecordInputs {
    zone: Option<Zone>,
    name: Option<Name>,
    record_type: Option<RecordType>,
}

impl RecordInputs {
    /// Reads it.
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
            fields.refuse("dns_record_name", "a CNAME cannot stand for the zone itself");
        }
        Self { zone, name, record_type }
    }

    /// It, if all of it is said well.
    pub(super) fn identity(self) -> Option<Identity> {
        Some(Identity { zone: self.zone?, name: self.name?, record_type: self.record_type? })
    }

    /// Whether it is about the zone's own name servers.
    pub(super) fn is_delegation(&self) -> bool {
        self.record_type == Some(RecordType::Ns) && self.name.as_ref().is_some_and(Name::is_apex)
    }

    /// What a type needs besides its data.
    pub(super) fn needed(&self) -> &'static [&'static str] {
        match self.record_type {
            Some(RecordType::Mx) => &["dns_record_priority"],
            Some(RecordType::Srv) => &["dns_record_priority", "dns_record_port", "dns_record_weight"],
            Some(RecordType::Caa) => &["dns_record_tag"],
            _ => &[],
        }
    }

    /// The parts that the type has; a part that it has not is refused.
    pub(super) fn parts(&self, fields: &mut InputFields<'_>) -> Parts {
        const NOT_ITS: &str = "the type of the record has no such field";
        let has = |name: &str| match (name, self.record_type) {
            (_, None) => true,
            ("dns_record_priority", Some(record_type)) => record_type.has_priority(),
            ("dns_record_port" | "dns_record_weight", Some(record_type)) => record_type == RecordType::Srv,
            (_, Some(record_type)) => record_type == RecordType::Caa,
        };
        let numbers = ["dns_record_priority", "dns_record_port", "dns_record_weight", "dns_record_flags"];
        for name in numbers.into_iter().chain(["dns_record_tag"]).filter(|name| !has(name)) {
            fields.refuse_present(name, NOT_ITS);
        }
        let [priority, port, weight, _] =
            numbers.map(|name| small(fields.number(name, 0..=65_535, "expected a whole number, 0 to 65535")));
        let flags = small(fields.number("dns_record_flags", 0..=255, "expected a whole number, 0 to 255"));
        let tag = fields.word("dns_record_tag", &["issue", "issuewild", "iodef"], "expected issue, issuewild or iodef");
        Parts { priority, port, weight, flags, tag: tag.map(str::to_owned) }
    }

    /// The data, if it is said.
    pub(super) fn data(&self, fields: &mut InputFields<'_>, tag: Option<&str>) -> Option<String> {
        let text = fields.text("dns_record_data")?;
        let data = Value::data_of_input(self.record_type?, text, tag, self.zone.as_ref()?);
        data.map_err(|detail| fields.refuse("dns_record_data", detail)).ok()
    }
}

/// What is locked: the name, with all its types.
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

/// The time to live, if it is said.
pub(super) fn ttl(fields: &mut InputFields<'_>) -> Option<u32> {
    let bounds = u64::from(LEAST_TTL)..=u64::from(GREATEST_TTL);
    small(fields.number("dns_record_ttl", bounds, "expected whole seconds, 30 to 2147483647"))
}

/// Whether no input refers to what is not known yet, and none is wrong.
pub(super) fn is_complete(fields: &InputFields<'_>) -> bool {
    fields.errors().is_empty() && !INPUTS.iter().any(|name| fields.is_late(name))
}

fn small(number: Option<u64>) -> Option<u32> {
    number.and_then(|number| u32::try_from(number).ok())
}
