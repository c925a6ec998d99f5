//! What the objects of one kind mean for the other objects of an account. The kinds themselves are
//! named only in the table of these rules, since they are defined with their endpoints.

use serde_json::Value;

use super::kind::Kind;
use crate::consistency::{ConsistencySettings, ListLag};

/// Reads the list lag of one kind from the settings.
pub(crate) type LagSetting = fn(&ConsistencySettings) -> ListLag;

/// The rules of an account's objects that depend on their kinds.
pub(crate) struct AccountRules {
    /// The kind whose objects hold resources.
    pub(crate) projects: &'static Kind,
    /// One row for each kind whose objects belong to an object of another kind.
    pub(crate) relations: &'static [Relation],
    /// Kinds whose objects a client may have put into a project under URNs of these other kinds.
    pub(crate) foreign_urns: &'static [(&'static Kind, &'static [&'static str])],
    /// Kinds whose lists may be late, with the setting that says by how much.
    pub(crate) list_lags: &'static [(&'static Kind, LagSetting)],
}

/// The relation of the objects of a kind to their owner, such as the droplet of a backup.
pub(crate) struct Relation {
    pub(crate) kind: &'static Kind,
    pub(crate) owner: &'static Kind,
    /// The id of an object's owner; none if it has no owner of this kind.
    pub(crate) owner_of: fn(&Value) -> Option<String>,
    /// Field in which the owner shows the ids of its objects.
    pub(crate) shown_as: Option<&'static str>,
    pub(crate) without_owner: WithoutOwner,
}

/// What becomes of an object when its owner is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WithoutOwner {
    /// The object is removed with its owner.
    Removed,
    /// The object remains, and this list of its owners becomes empty.
    Detached(&'static str),
    /// The object remains unchanged, so its owner need not exist.
    Kept,
}

impl AccountRules {
    /// The relation of a kind to its owners, if it has any.
    pub(super) fn relation_of(&self, kind: &Kind) -> Option<&'static Relation> {
        self.relations.iter().find(|relation| relation.kind.is(kind))
    }

    /// The relations of the kinds whose objects belong to objects of this kind.
    pub(super) fn owned_by(&self, owner: &Kind) -> impl Iterator<Item = &'static Relation> {
        self.relations.iter().filter(|relation| relation.owner.is(owner))
    }

    pub(super) fn foreign_urns_of(&self, kind: &Kind) -> &'static [&'static str] {
        self.foreign_urns.iter().find(|(of, _)| of.is(kind)).map_or(&[], |(_, urns)| *urns)
    }

    pub(super) fn list_lag(&self, kind: &Kind, settings: &ConsistencySettings) -> ListLag {
        self.list_lags.iter().find(|(of, _)| of.is(kind)).map_or_else(ListLag::default, |(_, lag)| lag(settings))
    }
}
