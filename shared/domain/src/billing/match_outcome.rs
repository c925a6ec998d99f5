//! The owner of a cost line, or the reason why it has none.

use serde::{Deserialize, Serialize};

use crate::{InvalidId, Kind, ProviderId};

/// The result of the matching of a line: either a resource, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchOutcome {
    /// The line is matched to this resource.
    Matched(Match),
    /// The line is matched to no known resource.
    Unmatched(UnmatchedReason),
}

impl MatchOutcome {
    /// Returns the match, if there is one.
    #[must_use]
    pub fn matched(&self) -> Option<&Match> {
        match self {
            Self::Matched(found) => Some(found),
            Self::Unmatched(_) => None,
        }
    }

    /// Returns the reason, if there is no match.
    #[must_use]
    pub fn reason(&self) -> Option<UnmatchedReason> {
        match self {
            Self::Matched(_) => None,
            Self::Unmatched(reason) => Some(*reason),
        }
    }
}

/// The match of a line to a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// The resource that the line is charged for.
    pub resource: MatchedResource,
    /// The rule by which the resource was found.
    pub method: MatchMethod,
    /// The certainty of the match, in percent.
    pub confidence: Confidence,
    /// The existence of the resource at the time of the matching.
    pub existence: Existence,
}

/// A resource, as a cost line refers to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchedResource {
    /// The kind of the resource.
    pub kind: Kind,
    /// DigitalOcean's id of the resource.
    pub provider_id: ProviderId,
    /// The resource's name at the time of the matching.
    pub name: String,
}

/// The rule by which a line's resource was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchMethod {
    /// DigitalOcean gave the resource's id in the JSON item.
    Id,
    /// The description contains the resource's name.
    Name,
    /// The description contains the name of the droplet that the resource belongs to.
    ParentName,
    /// The group of the charge is the resource's name.
    Group,
    /// The description almost contains the resource's name (a fuzzy match), and no other name comes
    /// close.
    FuzzyName,
}

/// The existence of a matched resource at the time of the matching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existence {
    /// The resource still exists.
    Live,
    /// The resource was recorded as deleted, but existed in the period charged for.
    Tombstone,
}

/// The certainty of a match, in percent: 100 is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Confidence(u8);

impl Confidence {
    /// A match without any doubt: 100 percent.
    pub const CERTAIN: Self = Self(100);

    /// Creates a certainty from a percentage. Values above 100 become 100.
    #[must_use]
    pub const fn percent(percent: u8) -> Self {
        Self(if percent > 100 { 100 } else { percent })
    }

    /// Returns the certainty in percent, 0 to 100.
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

/// The reason why a line has no resource. The set is closed. Every reason but the last explains the
/// line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnmatchedReason {
    /// The line is a tax.
    Tax,
    /// The line is a credit, a refund or an adjustment.
    Credit,
    /// The line belongs to the account as a whole, such as a subscription.
    AccountLevel,
    /// The charge ended before the first sweep of the kind, or no known resource is similar to the
    /// name in the charge.
    DestroyedBeforeFirstSync,
    /// Known resources are similar to the name in the charge, but not exactly one is similar
    /// enough.
    NameVariance,
    /// No rule matches the product.
    UnknownProduct,
}

impl UnmatchedReason {
    /// Returns true if the reason explains the line, so that no operator needs to check it.
    #[must_use]
    pub fn explains(self) -> bool {
        self != Self::UnknownProduct
    }
}
