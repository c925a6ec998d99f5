//! The set of all records of one name and type.

use serde::{Deserialize, Serialize};

use super::{DEFAULT_TTL, Name, RecordType, Value, Zone};
use crate::calls::{ReadRequest, Record, RecordFields, WriteRequest};
use crate::record::digest;

/// The name and type of the records that a step is about, and their zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The zone of the records.
    pub zone: Zone,
    /// The name of the records within the zone.
    pub name: Name,
    /// The type of the records.
    pub record_type: RecordType,
}

impl Identity {
    fn is_named(&self, record: &Record) -> bool {
        Name::shown(&record.fields.name) == self.name
    }

    /// Returns whether a record of the zone has this name and type.
    #[must_use]
    pub fn covers(&self, record: &Record) -> bool {
        record.fields.record_type == self.record_type.as_str() && self.is_named(record)
    }

    /// Returns the value of a record of this name and type, in normal form.
    #[must_use]
    pub fn value(&self, fields: &RecordFields) -> Value {
        Value::of(self.record_type, fields, self.zone.as_str())
    }

    /// Returns the types of existing records that DNS does not allow beside this one: a CNAME must
    /// be the only record of its name.
    pub fn excluded_by<'a>(&'a self, zone: &'a [Record]) -> impl Iterator<Item = &'a str> {
        zone.iter().filter(|record| self.is_named(record)).map(|record| record.fields.record_type.as_str()).filter(
            |other| *other != self.record_type.as_str() && (self.record_type == RecordType::Cname || *other == "CNAME"),
        )
    }
}

/// The requests for the zone.
impl Identity {
    fn zone(&self) -> String {
        self.zone.as_str().to_owned()
    }

    /// Returns the read of the whole zone.
    #[must_use]
    pub fn read(&self) -> ReadRequest {
        ReadRequest::Records { zone: self.zone() }
    }

    /// Returns the read of one record by its id.
    #[must_use]
    pub fn read_one(&self, id: u64) -> ReadRequest {
        ReadRequest::Record { zone: self.zone(), id }
    }

    /// Returns the creation of a record, `instead_of` a deleted one if it restores that.
    #[must_use]
    pub fn create(&self, record: RecordFields, instead_of: Option<u64>) -> WriteRequest {
        WriteRequest::CreateRecord { zone: self.zone(), record, instead_of }
    }

    /// Returns the update of a record, which sets all fields.
    #[must_use]
    pub fn update(&self, id: u64, record: RecordFields) -> WriteRequest {
        WriteRequest::UpdateRecord { zone: self.zone(), id, record }
    }

    /// Returns the deletion of a record with these fields.
    #[must_use]
    pub fn delete(&self, id: u64, record: RecordFields) -> WriteRequest {
        WriteRequest::DeleteRecord { zone: self.zone(), id, record }
    }
}

/// One record of the set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordEntry {
    /// The id of the record.
    pub id: u64,
    /// The record's value in normal form.
    pub value: Value,
    /// The record's time to live, in seconds.
    pub ttl: u32,
    /// The record's fields as DigitalOcean shows them.
    pub shown: RecordFields,
}

impl RecordEntry {
    /// Returns the entry of a record of this set.
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

/// The records of one name and type, ordered by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordSet(Vec<RecordEntry>);

impl RecordSet {
    /// Selects the records of one name and type from those of a zone.
    #[must_use]
    pub fn of(records: &[Record], identity: &Identity) -> Self {
        let covered = records.iter().filter(|record| identity.covers(record));
        let mut entries: Vec<RecordEntry> = covered.map(|record| RecordEntry::of(record, identity)).collect();
        entries.sort_by_key(|entry| entry.id);
        Self(entries)
    }

    /// Returns the records, ordered by id.
    #[must_use]
    pub fn entries(&self) -> &[RecordEntry] {
        &self.0
    }

    /// Returns the record with this id.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<&RecordEntry> {
        self.0.iter().find(|entry| entry.id == id)
    }

    /// Returns the records with this value.
    pub fn with_value<'a>(&'a self, value: &'a Value) -> impl Iterator<Item = &'a RecordEntry> {
        self.0.iter().filter(move |entry| entry.value == *value)
    }

    /// Returns the time to live that the records share; that of the first record if they differ.
    #[must_use]
    pub fn ttl(&self) -> Option<u32> {
        self.0.first().map(|entry| entry.ttl)
    }

    /// Returns whether the records have different times to live. That is possible for records from
    /// before DigitalOcean kept one for all.
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

/// The pre-image of a DNS step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSetPreImage {
    /// The records of the name and type, as DigitalOcean showed them.
    pub records: Vec<Record>,
    /// A digest of the whole zone.
    pub zone_digest: String,
}

impl RecordSetPreImage {
    /// Returns the pre-image of a zone's records.
    #[must_use]
    pub fn of(zone: &[Record], identity: &Identity) -> Self {
        let mut whole: Vec<&Record> = zone.iter().collect();
        whole.sort();
        let records = zone.iter().filter(|record| identity.covers(record)).cloned().collect();
        Self { records, zone_digest: digest(&whole) }
    }
}
