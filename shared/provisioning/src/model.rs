//! Conversion of DigitalOcean's objects to those of the sagas.

use digitalocean::DomainRecordRequest;
use sagas::calls::{ActionStatus, ObservedAction, ObservedDroplet, ObservedSnapshot, Record, RecordFields};

pub(crate) fn to_send(fields: &RecordFields) -> DomainRecordRequest {
    let RecordFields { record_type, name, data, ttl, priority, port, weight, flags, tag } = fields.clone();
    DomainRecordRequest { record_type, name, data, priority, port, ttl, weight, flags, tag }
}

pub(crate) fn record(record: digitalocean::DomainRecord) -> Record {
    let digitalocean::DomainRecord { id, record_type, name, data, priority, port, ttl, weight, flags, tag } = record;
    Record { id, fields: RecordFields { record_type, name, data, ttl, priority, port, weight, flags, tag } }
}

pub(crate) fn droplet(droplet: digitalocean::Droplet) -> ObservedDroplet {
    ObservedDroplet { id: droplet.id, name: droplet.name, disk_gigabytes: droplet.disk }
}

pub(crate) fn action(action: digitalocean::Action) -> ObservedAction {
    let digitalocean::Action { id, status, action_type, started_at, completed_at, .. } = action;
    let status = match status {
        digitalocean::ActionStatus::Completed => ActionStatus::Completed,
        digitalocean::ActionStatus::Errored => ActionStatus::Errored,
        // A status that this client does not know is not taken for an end.
        digitalocean::ActionStatus::InProgress | digitalocean::ActionStatus::Other(_) => ActionStatus::InProgress,
    };
    ObservedAction { id, action_type, status, started_at, completed_at }
}

pub(crate) fn snapshot(snapshot: digitalocean::Snapshot) -> ObservedSnapshot {
    let digitalocean::Snapshot { id, name, created_at, resource_id, .. } = snapshot;
    ObservedSnapshot { id, name, created_at, droplet_id: resource_id }
}
