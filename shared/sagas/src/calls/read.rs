//! Reads of DigitalOcean's API.

use serde::{Deserialize, Serialize};

use super::{ObservedAction, ObservedDroplet, ObservedSnapshot, Record};

/// A read of DigitalOcean's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "read")]
pub enum ReadRequest {
    /// `GET /v2/domains/{zone}/records`: all records of a zone. Either all pages are read or the
    /// read fails.
    Records {
        /// The zone's name, such as `example.com`.
        zone: String,
    },
    /// `GET /v2/domains/{zone}/records/{id}`: one record of a zone.
    Record {
        /// The zone's name, such as `example.com`.
        zone: String,
        /// The id of the record.
        id: u64,
    },
    /// `GET /v2/droplets/{id}`: one droplet of the account.
    Droplet {
        /// The id of the droplet.
        id: u64,
    },
    /// `GET /v2/droplets/{id}/actions`: a droplet's newest actions, at least all of the last day.
    DropletActions {
        /// The id of the droplet.
        id: u64,
    },
    /// `GET /v2/actions/{id}`: one action and its status.
    Action {
        /// The id of the action.
        id: u64,
    },
    /// `GET /v2/snapshots?resource_type=droplet`: all snapshots of droplets in the account. Either
    /// all pages are read or the read fails.
    DropletSnapshots,
}

/// The data that a read returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadResult {
    /// The result of [`ReadRequest::Records`]: all records of the zone.
    Records(Vec<Record>),
    /// The result of [`ReadRequest::Record`]: the record.
    Record(Record),
    /// The result of [`ReadRequest::Droplet`]: the droplet.
    Droplet(ObservedDroplet),
    /// The result of [`ReadRequest::DropletActions`]: the droplet's actions.
    Actions(Vec<ObservedAction>),
    /// The result of [`ReadRequest::Action`]: the action.
    Action(ObservedAction),
    /// The result of [`ReadRequest::DropletSnapshots`]: the account's snapshots of droplets.
    Snapshots(Vec<ObservedSnapshot>),
}
