//! The records of one name and type.

use serde::{Deserialize, Serialize};

use super::{DEFAULT_TTL, Name, RecordType, Value, Zone};
use crate::ports::{Record, RecordFields};
use crate::record::digest;

/// Whose records a step is about: one name and type of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The zone.
    pub zone: Zone,
    /// The name.
    pub name: Name,
    /// The type.
    pub record_type: RecordType,
}

impl Identity {
    /// Whether a record of the zone is of this name.
    #[must_use]
    pub fn is_named(&self, record: &Record) -> bool {
        Name::shown(&record.fields.name) == self.name
    }

    /// What a record of this name and type stands for.
    #[must_use]
    pub fn value(&self, fields: &RecordFields) -> Value {
        Value::of(self.record_type, fields, self.zone.as_str())
    }

    /// Types of records in the zone that DNS does not let stand beside this one: a CNAME shares its name with nothing.
    pub fn in_the_way<'a>(&'a self, zone: &'a [Record]) -> impl Iterator<Item = &'a str> {
        zone.iter().filter(|record| self.is_named(record)).map(|record| record.fields.record_type.as_str()).filter(
            |other| *other != self.record_type.as_str() && (self.record_type == RecordType::Cname || *other == "CNAME"),
        )
    }
}

/// One record of the set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordEntry {
    /// Its id.
    pub id: u64,
    /// What it stands for.
    pub value: Value,
    /// Its time to live, in seconds.
    pub ttl: u32,
    /// It as DigitalOcean shows it.
    pub shown: RecordFields,
}

impl RecordEntry {
    /// A record of this set.
    #[must_use]
    pub fn of(record: &Record, identity: &Identity) -> Self {
        Self {
            id: record.id,
            value: identity.value(&record.fields),
            ttl: record.fields.ttl.unwrap_or(DEFAULT_TTL),
            shown: record.fields.clone(),
        }
    }
}

/// The records of one name and type, by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordSet(Vec<RecordEntry>);

impl RecordSet {
    /// Those of a zone's records.
    #[must_use]
    pub fn of(records: &[Record], identity: &Identity) -> Self {
        let ours = records
            .iter()
            .filter(|record| record.fields.record_type == identity.record_type.as_str() && identity.is_named(record));
        let mut entries: Vec<RecordEntry> = ours.map(|record| RecordEntry::of(record, identity)).collect();
        entries.sort_by_key(|entry| entry.id);
        Self(entries)
    }

    /// Its records.
    #[must_use]
    pub fn entries(&self) -> &[RecordEntry] {
        &self.0
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&RecordEntry> {
        self.0.iter().find(|entry| entry.id == id)
    }

    /// Those that stand for this.
    pub fn with_value<'a>(&'a self, value: &'a Value) -> impl Iterator<Item = &'a RecordEntry> {
        self.0.iter().filter(move |entry| entry.value == *value)
    }

    /// The time to live that they share; that of the first where they differ.
    #[must_use]
    pub fn ttl(&self) -> Option<u32> {
        self.0.first().map(|entry| entry.ttl)
    }

    /// Whether their times to live differ, as records from before DigitalOcean kept one for all still may.
    #[must_use]
    pub fn is_mixed(&self) -> bool {
        self.0.iter().any(|entry| Some(entry.ttl) != self.ttl())
    }
}

impl FromIterator<RecordEntry> for RecordSet {
    fn from_iter<I: IntoIterator<Item = RecordEntry>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

/// What a step keeps of what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSetPreImage {
    /// The records of the name and type, as DigitalOcean showed them.
    pub records: Vec<Record>,
    /// A digest of the whole zone.
    pub zone_digest: String,
}

impl RecordSetPreImage {
    /// What there is to keep of a zone.
    #[must_use]
    pub fn of(zone: &[Record], identity: &Identity) -> Self {
        let mut whole: Vec<&Record> = zone.iter().collect();
        whole.sort();
        let records = zone
            .iter()
            .filter(|record| record.fields.record_type == identity.record_type.as_str() && identity.is_named(record));
        Self { records: records.cloned().collect(), zone_digest: digest(&whole) }
    }
}
