//! The rules of an account's objects, kind by kind.

use crate::endpoints::objects::{backup, record, snapshot};
use crate::endpoints::{domains, droplets, images, projects, volumes};
use crate::model::rules::{AccountRules, Relation, WithoutOwner};

/// The rules that every account follows.
pub(crate) static RULES: AccountRules = AccountRules {
    projects: &projects::KIND,
    relations: &[
        Relation {
            kind: &record::KIND,
            owner: &domains::KIND,
            owner_of: |record| Some(record::domain_of(record).to_owned()),
            shown_as: None,
            without_owner: WithoutOwner::Removed,
        },
        // "Destroying a Droplet destroys the backups along with it"
        // (<https://docs.digitalocean.com/products/backups/support/>).
        Relation {
            kind: &backup::KIND,
            owner: &droplets::KIND,
            owner_of: backup::droplet_of,
            shown_as: Some("backup_ids"),
            without_owner: WithoutOwner::Removed,
        },
        Relation {
            kind: &volumes::KIND,
            owner: &droplets::KIND,
            owner_of: volumes::droplet_of,
            shown_as: Some("volume_ids"),
            without_owner: WithoutOwner::Detached("droplet_ids"),
        },
        Relation {
            kind: &snapshot::KIND,
            owner: &droplets::KIND,
            owner_of: snapshot::droplet_of,
            shown_as: Some("snapshot_ids"),
            without_owner: WithoutOwner::Kept,
        },
    ],
    foreign_urns: &[(&snapshot::KIND, snapshot::URNS), (&images::KIND, snapshot::URNS)],
    list_lags: &[(&snapshot::KIND, |settings| settings.snapshots), (&record::KIND, |settings| settings.domain_records)],
};
