//! One line of an invoice, with its owner.

use serde::{Deserialize, Serialize};

use super::{Charge, CostKind, MatchOutcome};
use crate::ProviderId;

/// One line of an invoice: the charge, its kind, and its owner. The invoice and its period are not
/// repeated here: the container of the line has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostLine {
    /// The number of the line's row in the invoice, from 1.
    pub line: u32,
    /// The kind of cost, from the rule that matches the product.
    pub kind: CostKind,
    /// The charge in DigitalOcean's words.
    #[serde(flatten)]
    pub charge: Charge,
    /// The ids in DigitalOcean's JSON item. They are kept because the resource may become known
    /// later.
    #[serde(default, skip_serializing_if = "ItemId::is_empty")]
    pub item: ItemId,
    /// The resource that owns the line, or the reason why there is none.
    pub outcome: MatchOutcome,
}

/// The ids of a JSON invoice item. Official examples contain the one or the other; neither tells
/// the kind of the resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ItemId {
    /// DigitalOcean's `resource_id`: a number as text, as droplets have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<ProviderId>,
    /// DigitalOcean's `resource_uuid`, for resources that have a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_uuid: Option<ProviderId>,
}

impl ItemId {
    /// Returns true if DigitalOcean gave no id.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resource_id.is_none() && self.resource_uuid.is_none()
    }

    /// Returns the ids that are given, the UUID first.
    pub fn ids(&self) -> impl Iterator<Item = &ProviderId> {
        self.resource_uuid.iter().chain(&self.resource_id)
    }
}
