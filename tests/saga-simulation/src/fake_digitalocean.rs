//! A model of DigitalOcean with the behaviour that matters to the sagas. Each trait is documented
//! or was reported:
//!
//! - host names are sent with a trailing dot and shown without it, `@` is the zone (dns-lexicon's
//!   recorded traffic; octodns-digitalocean #692);
//! - all records of one name and type have one TTL, and the last write wins
//!   (terraform-provider-digitalocean #1012, #1157);
//! - a duplicate record is accepted (external-dns #487, #503); a CNAME shares its name with no
//!   other record (external-dns #4802);
//! - a second action on a droplet is refused while one is in progress (packer #1859); a snapshot in
//!   progress is not listed (do-snapshot's README), one just created may not be listed yet
//!   (marketplace-partners #130), and one just deleted may still be listed.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::example::{DROPLET, ZONE, record};
use sagas::calls::{
    ActionStatus, ObservedAction, ObservedDroplet, ObservedSnapshot, ReadRequest, ReadResult, Record, RecordFields,
    WriteRequest, WriteResult,
};
use sagas::ports::Fault;
use sagas::record::SagaId;

const ACTION_DURATION: TimeDelta = TimeDelta::seconds(90);
const LISTED_AFTER: TimeDelta = TimeDelta::seconds(40);
const LISTED_AFTER_DELETION: TimeDelta = TimeDelta::seconds(30);
/// The maximum page size of DigitalOcean's lists.
const PAGE: usize = 200;

#[derive(Debug, Clone)]
struct DropletAction {
    action: ObservedAction,
    droplet: u64,
    name: String,
    ends_at: DateTime<Utc>,
}

#[derive(Debug, Clone)]
struct ListedSnapshot {
    snapshot: ObservedSnapshot,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

#[derive(Debug, Default)]
pub(super) struct FakeDigitalOcean {
    pub(super) zones: BTreeMap<String, Vec<Record>>,
    pub(super) droplets: BTreeMap<u64, ObservedDroplet>,
    actions: Vec<DropletAction>,
    snapshots: Vec<ListedSnapshot>,
    next_id: u64,
    /// Writes that are applied later, with their times.
    delayed: Vec<(DateTime<Utc>, WriteRequest, SagaId)>,
    /// The zones and snapshots before the last write, which a stale list shows.
    previous: (BTreeMap<String, Vec<Record>>, Vec<ListedSnapshot>),
    pub(super) stale_until: Option<DateTime<Utc>>,
    /// The saga that created a record, by record id.
    pub(super) created_by: BTreeMap<u64, SagaId>,
    pub(super) calls: usize,
}

impl FakeDigitalOcean {
    /// Creates the account of the examples, with these additional records in its zone.
    pub(super) fn demo(records: &[RecordFields], now: DateTime<Utc>) -> Self {
        let mut digitalocean = Self { next_id: 1000, ..Self::default() };
        let droplet = ObservedDroplet { id: DROPLET, name: "web-1".to_owned(), disk_gigabytes: 25 };
        digitalocean.droplets.insert(DROPLET, droplet);
        let snapshot = ObservedSnapshot {
            id: "77".to_owned(),
            name: "by hand".to_owned(),
            created_at: Some(now),
            droplet_id: DROPLET.to_string(),
        };
        digitalocean.snapshots.push(ListedSnapshot { snapshot, from: now, until: None });
        let mut all = vec![record("SOA", "@", "1800", 1800)];
        all.extend((1..=3).map(|n| record("NS", "@", &format!("ns{n}.digitalocean.com"), 1800)));
        all.push(record("A", "@", "192.0.2.80", 900));
        all.push(record("TXT", "www", "kept", 600));
        all.extend(records.iter().cloned());
        let records = all.into_iter().map(|fields| Record { id: digitalocean.id(), fields }).collect();
        digitalocean.zones.insert(ZONE.to_owned(), records);
        digitalocean.previous = (digitalocean.zones.clone(), digitalocean.snapshots.clone());
        digitalocean
    }

    pub(super) fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Applies the delayed writes and completes the actions that are due by now.
    fn advance(&mut self, now: DateTime<Utc>) {
        while let Some(index) = self.delayed.iter().position(|(at, ..)| *at <= now) {
            let (at, write, saga) = self.delayed.remove(index);
            let _ = self.apply(&write, saga, at);
        }
        for index in 0..self.actions.len() {
            let DropletAction { action, droplet, name, ends_at } = self.actions[index].clone();
            if action.status != ActionStatus::InProgress || now < ends_at {
                continue;
            }
            let droplet_action = &mut self.actions[index].action;
            (droplet_action.status, droplet_action.completed_at) = (ActionStatus::Completed, Some(ends_at));
            if action.action_type == "snapshot" {
                let id = self.id().to_string();
                let snapshot =
                    ObservedSnapshot { id, name, created_at: Some(action.started_at), droplet_id: droplet.to_string() };
                self.snapshots.push(ListedSnapshot { snapshot, from: ends_at + LISTED_AFTER, until: None });
            }
        }
    }

    pub(super) fn read(&mut self, read: &ReadRequest, now: DateTime<Utc>) -> Result<ReadResult, Fault> {
        self.advance(now);
        self.calls += 1;
        let absent = || Fault::NotFound("The resource you were accessing could not be found.".to_owned());
        let stale = self.is_stale(now);
        match read {
            ReadRequest::Records { zone } => {
                let zones = if stale { &self.previous.0 } else { &self.zones };
                let records = zones.get(zone).cloned().ok_or_else(absent)?;
                self.calls += records.len().saturating_sub(1) / PAGE;
                Ok(ReadResult::Records(records))
            }
            ReadRequest::Record { zone, id } => {
                let record = self.zones.get(zone).and_then(|records| records.iter().find(|record| record.id == *id));
                record.cloned().map(ReadResult::Record).ok_or_else(absent)
            }
            ReadRequest::Droplet { id } => self.droplets.get(id).cloned().map(ReadResult::Droplet).ok_or_else(absent),
            ReadRequest::DropletActions { id } => {
                if !self.droplets.contains_key(id) {
                    return Err(absent());
                }
                let actions = self.actions.iter().rev().filter(|droplet_action| droplet_action.droplet == *id);
                Ok(ReadResult::Actions(actions.map(|droplet_action| droplet_action.action.clone()).collect()))
            }
            ReadRequest::Action { id } => {
                let action = self.actions.iter().find(|droplet_action| droplet_action.action.id == *id);
                action.map(|droplet_action| ReadResult::Action(droplet_action.action.clone())).ok_or_else(absent)
            }
            ReadRequest::DropletSnapshots => {
                let all = if stale { &self.previous.1 } else { &self.snapshots };
                let listed =
                    all.iter().filter(|listed| listed.from <= now && listed.until.is_none_or(|until| now < until));
                Ok(ReadResult::Snapshots(listed.map(|listed| listed.snapshot.clone()).collect()))
            }
        }
    }

    pub(super) fn is_stale(&self, now: DateTime<Utc>) -> bool {
        self.stale_until.is_some_and(|until| now < until)
    }

    /// Delays a write until the given time.
    pub(super) fn delay(&mut self, at: DateTime<Utc>, write: &WriteRequest, saga: SagaId) {
        self.delayed.push((at, write.clone(), saga));
    }

    pub(super) fn write(
        &mut self,
        write: &WriteRequest,
        saga: SagaId,
        now: DateTime<Utc>,
    ) -> Result<WriteResult, Fault> {
        self.advance(now);
        self.calls += 1;
        self.apply(write, saga, now)
    }

    fn apply(&mut self, write: &WriteRequest, saga: SagaId, now: DateTime<Utc>) -> Result<WriteResult, Fault> {
        if !self.is_stale(now) {
            self.previous = (self.zones.clone(), self.snapshots.clone());
        }
        let absent = || Fault::NotFound("The resource you were accessing could not be found.".to_owned());
        match write {
            WriteRequest::CreateRecord { zone, record, .. } => {
                let fields = normalised(record, zone, None)?;
                let id = self.id();
                let records = self.zones.get_mut(zone).ok_or_else(absent)?;
                let clash = records.iter().find(|other| {
                    let cname = |fields: &RecordFields| fields.record_type == "CNAME";
                    other.fields.name == fields.name && (cname(&other.fields) || cname(&fields))
                });
                if clash.is_some() {
                    return Err(Fault::Refused("CNAME records cannot share a name with other records".to_owned()));
                }
                set_shared_ttl(records, &fields);
                records.push(Record { id, fields: fields.clone() });
                self.created_by.insert(id, saga);
                Ok(WriteResult::Record(Record { id, fields }))
            }
            WriteRequest::UpdateRecord { zone, id, record } => {
                let records = self.zones.get_mut(zone).ok_or_else(absent)?;
                let known = records.iter().find(|record| record.id == *id).ok_or_else(absent)?.fields.clone();
                let fields = normalised(record, zone, known.ttl)?;
                if known.record_type != fields.record_type {
                    return Err(Fault::Refused("type cannot be changed".to_owned()));
                }
                set_shared_ttl(records, &fields);
                if let Some(found) = records.iter_mut().find(|record| record.id == *id) {
                    found.fields = fields.clone();
                }
                Ok(WriteResult::Record(Record { id: *id, fields }))
            }
            WriteRequest::DeleteRecord { zone, id, .. } => {
                let records = self.zones.get_mut(zone).ok_or_else(absent)?;
                let index = records.iter().position(|record| record.id == *id).ok_or_else(absent)?;
                records.remove(index);
                Ok(WriteResult::Nothing)
            }
            WriteRequest::SnapshotDroplet { id, name } => {
                if !self.droplets.contains_key(id) {
                    return Err(absent());
                }
                self.start_action(*id, "snapshot", name, now).map(WriteResult::Action)
            }
            WriteRequest::DeleteSnapshot { id } => {
                let gone = |listed: &ListedSnapshot| listed.snapshot.id == *id && listed.until.is_none();
                let listed = self.snapshots.iter_mut().find(|listed| gone(listed)).ok_or_else(absent)?;
                listed.until = Some(now + LISTED_AFTER_DELETION);
                Ok(WriteResult::Nothing)
            }
        }
    }

    /// Starts an action on a droplet.
    pub(super) fn start_action(
        &mut self,
        droplet: u64,
        what: &str,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<ObservedAction, Fault> {
        let busy = |droplet_action: &DropletAction| {
            droplet_action.droplet == droplet && droplet_action.action.status == ActionStatus::InProgress
        };
        if self.actions.iter().any(busy) {
            return Err(Fault::PendingEvent);
        }
        let action = ObservedAction {
            id: self.id(),
            action_type: what.to_owned(),
            status: ActionStatus::InProgress,
            started_at: now,
            completed_at: None,
        };
        self.actions.push(DropletAction {
            action: action.clone(),
            droplet,
            name: name.to_owned(),
            ends_at: now + ACTION_DURATION,
        });
        Ok(action)
    }

    /// Lets the actions in progress fail.
    pub(super) fn fail_running_actions(&mut self, now: DateTime<Utc>) {
        self.advance(now);
        for droplet_action in
            self.actions.iter_mut().filter(|droplet_action| droplet_action.action.status == ActionStatus::InProgress)
        {
            (droplet_action.action.status, droplet_action.action.completed_at) = (ActionStatus::Errored, Some(now));
        }
    }

    /// Returns whether the result of an earlier, equal write is visible, in a list or as an action
    /// in progress, and is none of the records `known`. A second write would then be wrong.
    pub(super) fn is_result_visible(
        &mut self,
        write: &WriteRequest,
        saga: SagaId,
        known: &[u64],
        now: DateTime<Utc>,
    ) -> bool {
        self.advance(now);
        if self.is_stale(now) {
            return false;
        }
        match write {
            WriteRequest::CreateRecord { zone, record, .. } => {
                let Ok(fields) = normalised(record, zone, None) else { return false };
                let same = |known: &RecordFields| {
                    RecordFields { ttl: None, ..known.clone() } == RecordFields { ttl: None, ..fields.clone() }
                };
                let records = self.zones.get(zone).into_iter().flatten();
                records.into_iter().any(|other| {
                    same(&other.fields) && self.created_by.get(&other.id) == Some(&saga) && !known.contains(&other.id)
                })
            }
            WriteRequest::SnapshotDroplet { name, .. } => {
                let at_work = |droplet_action: &DropletAction| {
                    droplet_action.name == *name && droplet_action.action.status == ActionStatus::InProgress
                };
                let listed = |listed: &ListedSnapshot| {
                    listed.snapshot.name == *name && listed.until.is_none() && listed.from <= now
                };
                self.actions.iter().any(at_work) || self.snapshots.iter().any(listed)
            }
            _ => false,
        }
    }

    /// Returns the record with this id.
    pub(super) fn record(&self, id: u64) -> Option<&Record> {
        self.zones.values().flatten().find(|record| record.id == id)
    }

    /// Returns the whole account as text, without record ids: it must be unchanged after a
    /// rollback.
    pub(super) fn dump(&mut self, now: DateTime<Utc>) -> Vec<String> {
        self.advance(now);
        let mut dump: Vec<String> = Vec::new();
        for (zone, records) in &self.zones {
            dump.extend(records.iter().map(|record| format!("{zone} {}", line(&record.fields))));
        }
        let snapshots = self.snapshots.iter().filter(|listed| listed.until.is_none());
        dump.extend(snapshots.map(|listed| format!("snapshot {}", listed.snapshot.name)));
        let droplet_action =
            self.actions.iter().filter(|droplet_action| droplet_action.action.status == ActionStatus::InProgress);
        dump.extend(droplet_action.map(|droplet_action| format!("snapshot {}", droplet_action.name)));
        dump.sort();
        dump
    }

    /// Returns the time at which the last of the delayed writes is applied, if any is left.
    pub(super) fn last_delayed_at(&self) -> Option<DateTime<Utc>> {
        self.delayed.iter().map(|(at, ..)| *at).max()
    }

    /// Deletes a snapshot whose name begins with this text, as another client would.
    pub(super) fn delete_snapshot(&mut self, name: &str, now: DateTime<Utc>) -> bool {
        self.advance(now);
        let found =
            self.snapshots.iter_mut().find(|listed| listed.snapshot.name.starts_with(name) && listed.until.is_none());
        found.map(|listed| listed.until = Some(now)).is_some()
    }
}

/// Formats a record as one line, without its id.
pub(super) fn line(fields: &RecordFields) -> String {
    serde_json::to_string(fields).unwrap()
}

/// Sets the TTL of all records of this name and type.
pub(super) fn set_shared_ttl(records: &mut [Record], fields: &RecordFields) {
    for record in records {
        if record.fields.record_type == fields.record_type && record.fields.name == fields.name {
            record.fields.ttl = fields.ttl;
        }
    }
}

/// Returns a record as DigitalOcean shows it after it was sent, or the refusal.
fn normalised(sent: &RecordFields, zone: &str, ttl: Option<u32>) -> Result<RecordFields, Fault> {
    let refused = |why: &str| Err(Fault::Refused(why.to_owned()));
    let is_host = matches!(sent.record_type.as_str(), "CNAME" | "MX" | "NS" | "SRV")
        || (sent.record_type == "CAA" && sent.tag.as_deref() != Some("iodef"));
    let data = match (is_host, sent.data.strip_suffix('.')) {
        (true, None) if sent.data != "@" => return refused("Data needs to end with a dot (.)"),
        (true, Some("")) => ".".to_owned(),
        (true, Some(host)) if host.eq_ignore_ascii_case(zone) && sent.record_type != "CAA" => "@".to_owned(),
        (true, Some(host)) => host.to_ascii_lowercase(),
        _ if sent.record_type == "TXT" => sent.data.clone(),
        _ => sent.data.to_ascii_lowercase(),
    };
    if sent.record_type == "TXT" && (data.is_empty() || data.contains('\\')) {
        return refused("Data is invalid");
    }
    let ttl = sent.ttl.or(ttl).unwrap_or(1800);
    if ttl < 30 {
        return refused("record ttl must be greater than 30");
    }
    let name = match sent.name.strip_suffix('.') {
        Some(full) if full == zone => "@",
        Some(full) => full.strip_suffix(zone).and_then(|rest| rest.strip_suffix('.')).unwrap_or(full),
        None => &sent.name,
    };
    Ok(RecordFields { name: name.to_ascii_lowercase(), data, ttl: Some(ttl), ..sent.clone() })
}
