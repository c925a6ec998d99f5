//! What sort of cost a charge is, and where to look for its owner.

mod phrase;
mod rules;

use domain::Kind;
use domain::billing::{Charge, CostKind, UnmatchedReason};

pub use rules::RULES;

/// One rule: the products it speaks of, the kind of their lines, and where to look for what they were charged for.
#[derive(Debug)]
pub struct ClassificationRule {
    /// Words that the product's name has, one after another, in singular or plural and any case.
    pub product: &'static str,
    /// Words that the description must have besides, in the parenthesis at its end. A customer names the rest of it: a
    /// droplet called `vat-01` is no tax.
    pub description_suffix: Option<&'static str>,
    /// The kind of the line.
    pub kind: Kind,
    /// Where its owner is to be looked for.
    pub search: Search,
    /// Why it has no owner, where none is found; `None` where it ought to have one.
    pub unmatched_reason: Option<UnmatchedReason>,
}

/// Where a line's owner is to be looked for, unless the JSON item has its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// Nowhere: it has none.
    NoOwner,
    /// The description names a resource of the line's kind.
    Name,
    /// The same, and `resource_id` is that resource's own id: a name does not overrule it.
    NameIfNoId,
    /// The same, or almost names it; it is a snapshot, of this kind where one is given.
    Snapshot(Option<Kind>),
    /// The description holds an IP address.
    Address,
    /// The description names the droplet that it belongs to.
    ParentDroplet,
    /// The group names a resource of the line's kind, or else the description does.
    Group,
}

/// What a charge is.
#[derive(Debug, Clone)]
pub struct Classification {
    /// Its kind; the product's name where no rule knows it.
    pub kind: CostKind,
    /// The rule that says so.
    pub rule: Option<&'static ClassificationRule>,
}

/// What a charge is, by the first rule that speaks of it. Every charge is something: what no rule knows is
/// `other:<product>`.
#[must_use]
pub fn classify(charge: &Charge) -> Classification {
    let product = phrase::words(&charge.product);
    let described = phrase::words(phrase::trailing_parenthesis(&charge.description));
    let speaks = |rule: &&ClassificationRule| {
        phrase::contains(&product, rule.product)
            && rule.description_suffix.is_none_or(|words| phrase::contains(&described, words))
    };
    let rule = RULES.iter().find(speaks);
    let kind = rule.map_or_else(|| CostKind::Other(charge.product.clone()), |rule| CostKind::Known(rule.kind.clone()));
    Classification { kind, rule }
}
