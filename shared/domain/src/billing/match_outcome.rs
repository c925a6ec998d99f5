//! Whose a cost line is, or why that cannot be said.

use serde::{Deserialize, Serialize};

use crate::{InvalidId, Kind, ProviderId};

/// Every line has one of the two: a resource, or the reason why it has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchOutcome {
    /// It is this resource's.
    Matched(Match),
    /// It is no resource's that we know.
    Unmatched(UnmatchedReason),
}

impl MatchOutcome {
    /// The match, where there is one.
    #[must_use]
    pub fn matched(&self) -> Option<&Match> {
        match self {
            Self::Matched(found) => Some(found),
            Self::Unmatched(_) => None,
        }
    }

    /// The reason, where there is no match.
    #[must_use]
    pub fn reason(&self) -> Option<UnmatchedReason> {
        match self {
            Self::Matched(_) => None,
            Self::Unmatched(reason) => Some(*reason),
        }
    }
}

/// A resource that a line was matched to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// The resource.
    pub resource: MatchedResource,
    /// How it was found.
    pub method: MatchMethod,
    /// How sure that is.
    pub confidence: Confidence,
    /// Whether it still was there when it was matched.
    pub existence: Existence,
}

/// A resource as a cost line names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchedResource {
    /// Its kind.
    pub kind: Kind,
    /// DigitalOcean's id of it.
    pub provider_id: ProviderId,
    /// Its name.
    pub name: String,
}

/// How a line's resource was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchMethod {
    /// DigitalOcean gave its id with the JSON item.
    Id,
    /// The description names it.
    Name,
    /// The description names the droplet it belongs to.
    ParentName,
    /// The group of the charge names it.
    Group,
    /// The description almost names it, and nothing else.
    FuzzyName,
}

/// Whether a matched resource still is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existence {
    /// It is.
    Live,
    /// It was found gone, but was there in the time charged for.
    Tombstone,
}

/// How sure a match is, in percent: 100 is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Confidence(u8);

impl Confidence {
    /// Beyond doubt.
    pub const CERTAIN: Self = Self(100);

    /// So many percent, of a hundred at most.
    #[must_use]
    pub const fn percent(percent: u8) -> Self {
        Self(if percent > 100 { 100 } else { percent })
    }

    /// In percent.
    #[must_use]
    pub const fn as_percent(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Confidence {
    type Error = InvalidId;
    fn try_from(percent: u8) -> Result<Self, InvalidId> {
        let valid = percent <= 100;
        valid.then_some(Self(percent)).ok_or(InvalidId { what: "confidence", rule: "0 to 100 percent" })
    }
}

impl From<Confidence> for u8 {
    fn from(confidence: Confidence) -> u8 {
        confidence.0
    }
}

/// Why a line has no resource. The list is closed; all but the last explain it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnmatchedReason {
    /// It is a tax.
    Tax,
    /// It is a credit, a refund or an adjustment.
    Credit,
    /// It is the account's, such as a subscription.
    AccountLevel,
    /// The charge ended before the first sweep of the kind, or nothing that is known is like what it names.
    DestroyedBeforeFirstSync,
    /// Resources are known that it may name, but not exactly one that is near enough.
    NameVariance,
    /// No rule knows the product.
    UnknownProduct,
}

impl UnmatchedReason {
    /// Whether it explains the line.
    #[must_use]
    pub fn explains(self) -> bool {
        self != Self::UnknownProduct
    }
}
