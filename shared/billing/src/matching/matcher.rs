//! Matcher for the resource of one charge.

use domain::Kind;
use domain::billing::{Charge, ItemId, MatchMethod};

use super::parsed_name::ParsedName;
use super::selection::{ChargePeriod, Selection, overlaps, select};
use super::{Inventory, MatchCandidate, fuzzy, names};
use crate::classify::{ClassificationRule, Search};

static DROPLET: Kind = Kind::from_static("droplet");

/// What was found.
pub(super) enum SearchResult<'a> {
    /// This resource, in this way, its name so many percent alike.
    Found(&'a MatchCandidate, MatchMethod, u8),
    /// Resources that it may be, and nothing says which.
    Ambiguous,
    /// Nothing like it.
    NotFound,
}

/// A charge whose resource is looked for.
pub(super) struct Matcher<'a> {
    pub(super) charge: &'a Charge,
    pub(super) item: &'a ItemId,
    pub(super) rule: &'a ClassificationRule,
    pub(super) charge_period: ChargePeriod,
    pub(super) inventory: &'a Inventory,
}

impl<'a> Matcher<'a> {
    pub(super) fn find(&self) -> SearchResult<'a> {
        if self.rule.search == Search::NoOwner {
            return SearchResult::NotFound;
        }
        let known = self.item.ids().find_map(|id| self.inventory.with_id(self.owner_kind(), id));
        if let Some(known) = known {
            return SearchResult::Found(known, MatchMethod::Id, 100);
        }
        if self.rule.search == Search::NameIfNoId && self.item.resource_id.is_some() {
            return SearchResult::NotFound;
        }
        self.by_name()
    }

    /// The kind that its owner is of.
    fn owner_kind(&self) -> &Kind {
        if self.rule.search == Search::ParentDroplet { &DROPLET } else { &self.rule.kind }
    }

    fn by_name(&self) -> SearchResult<'a> {
        let description = self.charge.description.as_str();
        match &self.rule.search {
            Search::NoOwner => SearchResult::NotFound,
            Search::Name | Search::NameIfNoId => {
                self.by_exact_name(names::names_in(description), None, MatchMethod::Name)
            }
            Search::ParentDroplet => self.by_exact_name(names::names_in(description), None, MatchMethod::ParentName),
            Search::Address => {
                let address = names::ip_address_in(description);
                self.by_exact_name(address.as_deref(), None, MatchMethod::Name)
            }
            Search::Group => {
                match self.by_exact_name(self.charge.group_description.as_deref(), None, MatchMethod::Group) {
                    SearchResult::NotFound => self.by_exact_name(names::names_in(description), None, MatchMethod::Name),
                    found => found,
                }
            }
            Search::Snapshot(of) => {
                match self.by_exact_name(names::names_in(description), of.as_ref(), MatchMethod::Name) {
                    SearchResult::NotFound => self.by_similar_name(of.as_ref()),
                    found => found,
                }
            }
        }
    }

    /// The resource of the first of the names that is somebody's.
    fn by_exact_name<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
        of: Option<&Kind>,
        method: MatchMethod,
    ) -> SearchResult<'a> {
        for name in names.into_iter().filter(|name| !name.trim().is_empty()) {
            let candidates = self.inventory.named(self.owner_kind(), name).filter(|known| has_parent_kind(known, of));
            match select(candidates, &self.charge_period) {
                Selection::One(known) => return SearchResult::Found(known, method, 100),
                Selection::Ambiguous => return SearchResult::Ambiguous,
                Selection::Nothing => {}
            }
        }
        SearchResult::NotFound
    }

    /// The resource whose name is near enough, and no other's.
    fn by_similar_name(&self, of: Option<&Kind>) -> SearchResult<'a> {
        let description = self.charge.description.as_str();
        let line = ParsedName::parse(names::before_parenthesis(description).unwrap_or(description));
        let candidates = self.inventory.with_stem(self.owner_kind(), &line.stem);
        let there = candidates.filter(|(known, _)| has_parent_kind(known, of) && overlaps(known, &self.charge_period));
        let mut similar: Vec<(u8, &MatchCandidate)> = there
            .filter_map(|(known, parsed)| fuzzy::similarity(&line, parsed, known).map(|percent| (percent, known)))
            .collect();
        similar.sort_by_key(|(percent, _)| std::cmp::Reverse(*percent));
        match similar[..] {
            [] => SearchResult::NotFound,
            [(percent, known), ref others @ ..]
                if percent >= fuzzy::MIN_SIMILARITY
                    && others.first().is_none_or(|next| next.0 + fuzzy::MIN_MARGIN <= percent) =>
            {
                SearchResult::Found(known, MatchMethod::FuzzyName, percent)
            }
            _ => SearchResult::Ambiguous,
        }
    }
}

/// Whether a resource is, as far as is known, of this kind of parent.
fn has_parent_kind(known: &MatchCandidate, of: Option<&Kind>) -> bool {
    of.is_none_or(|of| known.parent_kind.as_ref().is_none_or(|parent| parent == of))
}
