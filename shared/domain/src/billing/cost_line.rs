//! One line of an invoice, with its owner.

use serde::{Deserialize, Serialize};

use super::{Charge, CostKind, MatchOutcome};
use crate::ProviderId;

/// One line of an invoice: the charge, its kind, and whose it is. The invoice and its period are told by what holds the
/// line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostLine {
    /// Which row of the invoice it is, from 1.
    pub line: u32,
    /// What sort of cost it is.
    pub kind: CostKind,
    /// The charge as DigitalOcean words it.
    #[serde(flatten)]
    pub charge: Charge,
    /// The ids that DigitalOcean gave with its JSON item; kept, for the resource may become known later.
    #[serde(default, skip_serializing_if = "ItemId::is_empty")]
    pub item: ItemId,
    /// Whose it is, or why that cannot be said.
    pub outcome: MatchOutcome,
}

/// The ids of a JSON invoice item. Official examples show the one or the other; neither names a kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ItemId {
    /// `resource_id`: a number as text, as droplets have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<ProviderId>,
    /// `resource_uuid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_uuid: Option<ProviderId>,
}

impl ItemId {
    /// Whether DigitalOcean gave none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resource_id.is_none() && self.resource_uuid.is_none()
    }

    /// Those given, the UUID first.
    pub fn ids(&self) -> impl Iterator<Item = &ProviderId> {
        self.resource_uuid.iter().chain(&self.resource_id)
    }
}
