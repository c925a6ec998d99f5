//! An index of the known resources by id and by name.

use std::collections::HashMap;

use domain::{Kind, ProviderId};

use super::names::normalised;
use super::parsed_name::ParsedName;
use super::{MatchCandidate, fuzzy};

/// The resources of an account, live and deleted, that lines are matched to.
///
/// All of them are held in memory, because a line of an invoice may name any. An account has some
/// thousands of resources of the kinds that DigitalOcean bills.
#[derive(Debug, Default)]
pub struct Inventory {
    candidates: Vec<MatchCandidate>,
    kinds: HashMap<Kind, OfKind>,
    uuids: HashMap<ProviderId, Vec<usize>>,
}

/// The positions of the resources of one kind in [`Inventory::candidates`].
#[derive(Debug, Default)]
struct OfKind {
    ids: HashMap<ProviderId, Vec<usize>>,
    names: HashMap<String, Vec<usize>>,
    /// The positions by the stem of the name.
    stems: HashMap<String, Vec<(usize, ParsedName)>>,
}

impl FromIterator<MatchCandidate> for Inventory {
    fn from_iter<I: IntoIterator<Item = MatchCandidate>>(resources: I) -> Self {
        let mut all = Self::default();
        for candidate in resources {
            all.add(candidate);
        }
        all
    }
}

impl Inventory {
    fn add(&mut self, candidate: MatchCandidate) {
        let at = self.candidates.len();
        let kind = self.kinds.entry(candidate.kind.clone()).or_default();
        kind.ids.entry(candidate.provider_id.clone()).or_default().push(at);
        kind.names.entry(normalised(&candidate.name)).or_default().push(at);
        if fuzzy::applies_to(&candidate.kind) {
            let parsed = ParsedName::parse(&candidate.name);
            kind.stems.entry(parsed.stem.clone()).or_default().push((at, parsed));
        }
        if is_uuid(&candidate.provider_id) {
            self.uuids.entry(candidate.provider_id.clone()).or_default().push(at);
        }
        self.candidates.push(candidate);
    }

    /// Returns the number of resources in the inventory.
    #[must_use]
    pub fn len(&self) -> usize {
        self.candidates.len()
    }

    /// Returns whether the inventory has no resource.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.candidates.is_empty()
    }

    /// Returns the resource of the kind with this id. If the id was reused, it is the live one, or
    /// else the one that was deleted last.
    pub(super) fn with_id(&self, kind: &Kind, id: &ProviderId) -> Option<&MatchCandidate> {
        self.latest(self.kinds.get(kind)?.ids.get(id)?)
    }

    /// Returns the resource of any kind with this UUID, which two kinds cannot share.
    pub(super) fn with_uuid(&self, id: &ProviderId) -> Option<&MatchCandidate> {
        self.latest(self.uuids.get(id)?)
    }

    /// Returns the resources of the kind with this name, regardless of case and spacing.
    pub(super) fn named(&self, kind: &Kind, name: &str) -> impl Iterator<Item = &MatchCandidate> {
        let found = self.kinds.get(kind).and_then(|kind| kind.names.get(&normalised(name)));
        found.into_iter().flatten().map(|at| &self.candidates[*at])
    }

    /// Returns the resources of the kind whose names have this stem, with their parsed names.
    pub(super) fn with_stem(&self, kind: &Kind, stem: &str) -> impl Iterator<Item = (&MatchCandidate, &ParsedName)> {
        let found = self.kinds.get(kind).and_then(|kind| kind.stems.get(stem));
        found.into_iter().flatten().map(|(at, parsed)| (&self.candidates[*at], parsed))
    }

    fn latest(&self, at: &[usize]) -> Option<&MatchCandidate> {
        at.iter().map(|at| &self.candidates[*at]).max_by_key(|candidate| (candidate.is_live(), candidate.deleted_at))
    }
}

/// Returns whether an id is a UUID. Numeric ids may be shared by several kinds; UUIDs are globally
/// unique.
fn is_uuid(id: &ProviderId) -> bool {
    let mut parts = id.as_str().split('-');
    let lengths = [8, 4, 4, 4, 12];
    let fits = |(part, len): (&str, usize)| part.len() == len && part.bytes().all(|b| b.is_ascii_hexdigit());
    parts.by_ref().zip(lengths).filter(|pair| fits(*pair)).count() == lengths.len() && parts.next().is_none()
}
