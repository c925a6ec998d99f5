//! Classification: determines the kind of cost of a charge, and how to search for its owner.

mod phrase;
mod rules;

use domain::Kind;
use domain::billing::{Charge, CostKind, UnmatchedReason};

pub use rules::RULES;

/// A classification rule: the products it covers, the kind of their lines, and how to search for
/// the resource that was charged for.
#[derive(Debug)]
pub struct ClassificationRule {
    /// Consecutive words in the product's name. The last one may be singular or plural; case makes
    /// no difference.
    pub product: &'static str,
    /// Words that the parenthesis at the end of the description must have in addition; none if the
    /// product is enough. Only the parenthesis counts, because the customer chooses the text before
    /// it: a droplet called `vat-01` is not a tax.
    pub description_suffix: Option<&'static str>,
    /// The kind of cost of the line, for example `droplet_backup`.
    pub kind: Kind,
    /// How to search for the owner of the line.
    pub search: Search,
    /// The reason for the line if no owner is found; none for products that should always have an
    /// owner.
    pub unmatched_reason: Option<UnmatchedReason>,
}

/// How to search for the owner of a line when the id of its JSON item does not give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// No search: the product has no owner.
    NoOwner,
    /// The description names a resource of the line's kind.
    Name,
    /// As `Name`, but only if the item has no `resource_id`: for this product it is the resource's
    /// own id, which a name must not overrule.
    NameIfNoId,
    /// The description names a snapshot, exactly or approximately; a snapshot of this parent kind,
    /// if one is given.
    Snapshot(Option<Kind>),
    /// The description contains the IP address of the resource.
    Address,
    /// The description names the droplet that the charge belongs to.
    ParentDroplet,
    /// The group description names a resource of the line's kind; if it does not, the description
    /// does.
    Group,
}

/// The kind of a charge and the rule that determined it.
#[derive(Debug, Clone)]
pub struct Classification {
    /// The kind of cost; [`CostKind::Other`] with the product's name if no rule covers the product.
    pub kind: CostKind,
    /// The rule that matched; none if no rule covers the product.
    pub rule: Option<&'static ClassificationRule>,
}

/// Classifies a charge by the first rule that matches. Every charge gets a kind: a product that no
/// rule covers is `other:<product>`.
#[must_use]
pub fn classify(charge: &Charge) -> Classification {
    let product = phrase::words(&charge.product);
    let suffix = phrase::words(phrase::trailing_parenthesis(&charge.description));
    let matches = |rule: &&ClassificationRule| {
        phrase::contains(&product, rule.product)
            && rule.description_suffix.is_none_or(|words| phrase::contains(&suffix, words))
    };
    let rule = RULES.iter().find(matches);
    let kind = rule.map_or_else(|| CostKind::Other(charge.product.clone()), |rule| CostKind::Known(rule.kind.clone()));
    Classification { kind, rule }
}
