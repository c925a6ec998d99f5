//! Looking for the resource of one charge.

use domain::Kind;
use domain::billing::{Charge, ItemId, MatchMethod};

use super::choose::{Choice, When, choose, was_there};
use super::wording::Wording;
use super::{Inventory, Known, names, near};
use crate::classify::{Rule, Search};

static DROPLET: Kind = Kind::from_static("droplet");

/// What was found.
pub(super) enum Found<'a> {
    /// This resource, in this way, its name so many percent alike.
    One(&'a Known, MatchMethod, u8),
    /// Resources that it may be, and nothing says which.
    Unsure,
    /// Nothing like it.
    Nothing,
}

/// A charge whose resource is looked for.
pub(super) struct Looking<'a> {
    pub(super) charge: &'a Charge,
    pub(super) item: &'a ItemId,
    pub(super) rule: &'a Rule,
    pub(super) when: When,
    pub(super) inventory: &'a Inventory,
}

impl<'a> Looking<'a> {
    pub(super) fn look(&self) -> Found<'a> {
        if self.rule.search == Search::Nowhere {
            return Found::Nothing;
        }
        let known = self.item.ids().find_map(|id| self.inventory.with_id(self.owner(), id));
        if let Some(known) = known {
            return Found::One(known, MatchMethod::Id, 100);
        }
        if self.rule.search == Search::NameUnderId && self.item.resource_id.is_some() {
            return Found::Nothing;
        }
        self.by_name()
    }

    /// The kind that its owner is of.
    fn owner(&self) -> &Kind {
        if self.rule.search == Search::ParentDroplet { &DROPLET } else { &self.rule.kind }
    }

    fn by_name(&self) -> Found<'a> {
        let description = self.charge.description.as_str();
        match &self.rule.search {
            Search::Nowhere => Found::Nothing,
            Search::Name | Search::NameUnderId => self.named(names::named(description), None, MatchMethod::Name),
            Search::ParentDroplet => self.named(names::named(description), None, MatchMethod::ParentName),
            Search::Address => {
                let address = names::address(description);
                self.named(address.as_deref(), None, MatchMethod::Name)
            }
            Search::Group => match self.named(self.charge.group_description.as_deref(), None, MatchMethod::Group) {
                Found::Nothing => self.named(names::named(description), None, MatchMethod::Name),
                found => found,
            },
            Search::Snapshot(of) => match self.named(names::named(description), of.as_ref(), MatchMethod::Name) {
                Found::Nothing => self.nearly_named(of.as_ref()),
                found => found,
            },
        }
    }

    /// The resource of the first of the names that is somebody's.
    fn named<'n>(&self, names: impl IntoIterator<Item = &'n str>, of: Option<&Kind>, method: MatchMethod) -> Found<'a> {
        for name in names.into_iter().filter(|name| !name.trim().is_empty()) {
            let candidates = self.inventory.named(self.owner(), name).filter(|known| is_of(known, of));
            match choose(candidates, &self.when) {
                Choice::One(known) => return Found::One(known, method, 100),
                Choice::Several => return Found::Unsure,
                Choice::Nobody => {}
            }
        }
        Found::Nothing
    }

    /// The resource whose name is near enough, and no other's.
    fn nearly_named(&self, of: Option<&Kind>) -> Found<'a> {
        let description = self.charge.description.as_str();
        let line = Wording::of(names::before_parenthesis(description).unwrap_or(description));
        let candidates = self.inventory.worded(self.owner(), &line.stem);
        let there = candidates.filter(|(known, _)| is_of(known, of) && was_there(known, &self.when));
        let mut alike: Vec<(u8, &Known)> = there
            .filter_map(|(known, wording)| near::likeness(&line, wording, known).map(|percent| (percent, known)))
            .collect();
        alike.sort_by_key(|(percent, _)| std::cmp::Reverse(*percent));
        match alike[..] {
            [] => Found::Nothing,
            [(percent, known), ref others @ ..]
                if percent >= near::NEAR && others.first().is_none_or(|next| next.0 + near::MARGIN <= percent) =>
            {
                Found::One(known, MatchMethod::FuzzyName, percent)
            }
            _ => Found::Unsure,
        }
    }
}

/// Whether a resource is, as far as is known, of this kind of parent.
fn is_of(known: &Known, of: Option<&Kind>) -> bool {
    of.is_none_or(|of| known.parent_kind.as_ref().is_none_or(|parent| parent == of))
}
