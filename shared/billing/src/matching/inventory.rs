//! The known resources, by id and by name.

use std::collections::HashMap;

use domain::{Kind, ProviderId};

use super::names::normalised;
use super::parsed_name::ParsedName;
use super::{MatchCandidate, fuzzy};

/// The resources that lines are matched to: an account's, live and gone.
///
/// It holds them all at once. Of the kinds that DigitalOcean bills an account has some thousands, and a line of an
/// invoice may name any.
#[derive(Debug, Default)]
pub struct Inventory {
    known: Vec<MatchCandidate>,
    kinds: HashMap<Kind, OfKind>,
    uuids: HashMap<ProviderId, Vec<usize>>,
}

/// Where the resources of one kind are in [`Inventory::known`].
#[derive(Debug, Default)]
struct OfKind {
    ids: HashMap<ProviderId, Vec<usize>>,
    names: HashMap<String, Vec<usize>>,
    /// By the stem of their names.
    stems: HashMap<String, Vec<(usize, ParsedName)>>,
}

impl FromIterator<MatchCandidate> for Inventory {
    fn from_iter<I: IntoIterator<Item = MatchCandidate>>(resources: I) -> Self {
        let mut all = Self::default();
        for known in resources {
            all.add(known);
        }
        all
    }
}

impl Inventory {
    fn add(&mut self, known: MatchCandidate) {
        let at = self.known.len();
        let kind = self.kinds.entry(known.kind.clone()).or_default();
        kind.ids.entry(known.provider_id.clone()).or_default().push(at);
        kind.names.entry(normalised(&known.name)).or_default().push(at);
        if fuzzy::applies_to(&known.kind) {
            let parsed = ParsedName::parse(&known.name);
            kind.stems.entry(parsed.stem.clone()).or_default().push((at, parsed));
        }
        if is_uuid(&known.provider_id) {
            self.uuids.entry(known.provider_id.clone()).or_default().push(at);
        }
        self.known.push(known);
    }

    /// How many resources it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The resource of the kind with this id: the live one, where the id was another's before; else the one that was
    /// found gone last.
    pub(super) fn with_id(&self, kind: &Kind, id: &ProviderId) -> Option<&MatchCandidate> {
        self.latest(self.kinds.get(kind)?.ids.get(id)?)
    }

    /// The resource of any kind with this UUID, which two kinds cannot share.
    pub(super) fn with_uuid(&self, id: &ProviderId) -> Option<&MatchCandidate> {
        self.latest(self.uuids.get(id)?)
    }

    /// The resources of the kind with this name.
    pub(super) fn named(&self, kind: &Kind, name: &str) -> impl Iterator<Item = &MatchCandidate> {
        let found = self.kinds.get(kind).and_then(|kind| kind.names.get(&normalised(name)));
        found.into_iter().flatten().map(|at| &self.known[*at])
    }

    /// The resources of the kind whose names have this stem.
    pub(super) fn with_stem(&self, kind: &Kind, stem: &str) -> impl Iterator<Item = (&MatchCandidate, &ParsedName)> {
        let found = self.kinds.get(kind).and_then(|kind| kind.stems.get(stem));
        found.into_iter().flatten().map(|(at, parsed)| (&self.known[*at], parsed))
    }

    fn latest(&self, at: &[usize]) -> Option<&MatchCandidate> {
        at.iter().map(|at| &self.known[*at]).max_by_key(|known| (known.is_live(), known.deleted_at))
    }
}

/// Whether an id is a UUID: numbers are ids of several kinds, UUIDs of one thing.
fn is_uuid(id: &ProviderId) -> bool {
    let mut parts = id.as_str().split('-');
    let lengths = [8, 4, 4, 4, 12];
    let fits = |(part, len): (&str, usize)| part.len() == len && part.bytes().all(|b| b.is_ascii_hexdigit());
    parts.by_ref().zip(lengths).filter(|pair| fits(*pair)).count() == lengths.len() && parts.next().is_none()
}
