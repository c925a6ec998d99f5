//! The search for the resource of one charge.

use domain::Kind;
use domain::billing::{Charge, ItemId, MatchMethod};

use super::parsed_name::ParsedName;
use super::selection::{ChargePeriod, Selection, overlaps, select};
use super::{Inventory, MatchCandidate, fuzzy, names};
use crate::classify::{ClassificationRule, Search};

static DROPLET: Kind = Kind::from_static("droplet");

/// The result of the search for a charge's resource.
pub(super) enum SearchResult<'a> {
    /// A resource was found, by this method; the number is the similarity of the names in percent.
    Found(&'a MatchCandidate, MatchMethod, u8),
    /// Several resources are possible, and no fact tells them apart, or the only similar name is
    /// not similar enough.
    Ambiguous,
    /// No resource is possible.
    NotFound,
}

/// A charge with everything that the search for its resource needs.
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
        let candidate = self.item.ids().find_map(|id| self.inventory.with_id(self.owner_kind(), id));
        if let Some(candidate) = candidate {
            return SearchResult::Found(candidate, MatchMethod::Id, 100);
        }
        if self.rule.search == Search::NameIfNoId && self.item.resource_id.is_some() {
            return SearchResult::NotFound;
        }
        self.by_name()
    }

    /// Returns the kind of resource that owns the charge.
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

    /// Returns the resource of the first name that any candidate has.
    fn by_exact_name<'n>(
        &self,
        names: impl IntoIterator<Item = &'n str>,
        of: Option<&Kind>,
        method: MatchMethod,
    ) -> SearchResult<'a> {
        for name in names.into_iter().filter(|name| !name.trim().is_empty()) {
            let candidates =
                self.inventory.named(self.owner_kind(), name).filter(|candidate| has_parent_kind(candidate, of));
            match select(candidates, &self.charge_period) {
                Selection::One(candidate) => return SearchResult::Found(candidate, method, 100),
                Selection::Ambiguous => return SearchResult::Ambiguous,
                Selection::Nothing => {}
            }
        }
        SearchResult::NotFound
    }

    /// Returns the resource with the most similar name, if it is similar enough and the margin to
    /// the next one is wide enough.
    fn by_similar_name(&self, of: Option<&Kind>) -> SearchResult<'a> {
        let description = self.charge.description.as_str();
        let line = ParsedName::parse(names::before_parenthesis(description).unwrap_or(description));
        let candidates = self.inventory.with_stem(self.owner_kind(), &line.stem);
        let existing = candidates
            .filter(|(candidate, _)| has_parent_kind(candidate, of) && overlaps(candidate, &self.charge_period));
        let mut similar: Vec<(u8, &MatchCandidate)> = existing
            .filter_map(|(candidate, parsed)| {
                fuzzy::similarity(&line, parsed, candidate).map(|percent| (percent, candidate))
            })
            .collect();
        similar.sort_by_key(|(percent, _)| std::cmp::Reverse(*percent));
        match similar[..] {
            [] => SearchResult::NotFound,
            [(percent, candidate), ref others @ ..]
                if percent >= fuzzy::MIN_SIMILARITY
                    && others.first().is_none_or(|next| next.0 + fuzzy::MIN_MARGIN <= percent) =>
            {
                SearchResult::Found(candidate, MatchMethod::FuzzyName, percent)
            }
            _ => SearchResult::Ambiguous,
        }
    }
}

/// Returns whether the resource's parent is of this kind. An unknown parent counts as a match.
fn has_parent_kind(candidate: &MatchCandidate, of: Option<&Kind>) -> bool {
    of.is_none_or(|of| candidate.parent_kind.as_ref().is_none_or(|parent| parent == of))
}
