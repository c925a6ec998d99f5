//! The declaration of a kind: facts as data, and the requests that read it. Each file in
//! [`crate::kinds`] contains one.

use std::convert::identity;
use std::future::Future;

use digitalocean::{Client, ListItem, Listing, Pages};
use domain::{InvalidId, Kind, ProviderId, ResourceFacts};
use futures::FutureExt;
use futures::future::BoxFuture;

/// The sync state of the projects. It is not a kind of resource, because projects have records of
/// their own.
pub const PROJECT: Kind = Kind::from_static("project");
/// The sync state of the fast poll of droplets.
pub const DROPLET_FAST: Kind = Kind::from_static("droplet_fast");

/// A kind of resource that a worker mirrors.
#[derive(Debug, Clone, Copy)]
pub struct MirroredKind {
    /// The name of the kind: DigitalOcean's term in snake case, singular.
    pub name: &'static str,
    /// The scopes that a token needs to read the kind, such as `droplet:read`.
    pub scope: &'static str,
    /// DigitalOcean's names for the kind in URNs, aliases included; none if a project cannot
    /// contain the kind.
    pub urn_names: &'static [&'static str],
    /// The fields (`status`, `attrs.<name>`) that change by themselves or in daily use. A change of
    /// any other field is a deliberate one, and counts as drift unless it was announced.
    pub state_fields: &'static [&'static str],
    /// The policy for a resource that no project lists.
    pub orphan_policy: OrphanPolicy,
    /// An id that no resource of the kind has. A request for it tells a token without permission
    /// from an account without resources.
    pub nonexistent_id: &'static str,
    /// The requests that list the kind.
    pub source: Source,
    /// The request that tells whether one resource exists.
    pub probe: Probe,
}

/// The requests that list a kind.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// One list for the whole account.
    Account(fn(&Client) -> BoxFuture<'_, Listed>),
    /// A list for each parent. Completeness and strikes are decided parent by parent.
    PerParent(ParentLists),
}

/// The requests that list a kind parent by parent.
#[derive(Debug, Clone, Copy)]
pub struct ParentLists {
    /// The kind of the parents.
    pub parent: &'static MirroredKind,
    /// Lists the live parents.
    pub parents: fn(&Client) -> BoxFuture<'_, ListedParents>,
    /// Lists every child of one parent, all pages, or returns an error.
    pub children: for<'a> fn(&'a Client, &'a ProviderId) -> BoxFuture<'a, Listed>,
}

/// The complete list of a kind, each resource by its id; or the error because of which there is
/// none.
pub type Listed = Result<Listing<(ProviderId, ResourceFacts)>, ListError>;

/// The live parents of a kind, each with a flag: true if the parent has children according to the
/// parents' own list.
pub type ListedParents = Result<Listing<(ProviderId, bool)>, ListError>;

/// One item of a list as this system knows it: the id and the facts.
pub(crate) type Normalised = Result<(ProviderId, ResourceFacts), InvalidId>;

/// A function that asks DigitalOcean whether one resource exists.
pub type Probe = for<'a> fn(&'a Client, &'a ProviderId) -> ExistenceProbe<'a>;

/// The request that tells whether one resource exists; `None` if DigitalOcean has no such request
/// for the kind.
pub type ExistenceProbe<'a> = Option<BoxFuture<'a, Result<ProbeResult, digitalocean::Error>>>;

impl MirroredKind {
    /// Creates the declaration of a kind with one list. What it does not say otherwise: no project
    /// can contain the kind, only the status changes by itself, orphans are the company's, ids are
    /// UUIDs, and there is no request for a single resource.
    pub(crate) const fn listed(
        name: &'static str,
        scope: &'static str,
        list: fn(&Client) -> BoxFuture<'_, Listed>,
    ) -> Self {
        Self::new(name, scope, Source::Account(list))
    }

    /// Creates the declaration of a kind that is listed parent by parent, otherwise as
    /// [`MirroredKind::listed`].
    pub(crate) const fn per_parent(name: &'static str, scope: &'static str, lists: ParentLists) -> Self {
        Self::new(name, scope, Source::PerParent(lists))
    }

    const fn new(name: &'static str, scope: &'static str, source: Source) -> Self {
        Self {
            name,
            scope,
            urn_names: &[],
            state_fields: &["status"],
            orphan_policy: OrphanPolicy::AssignToInternal,
            nonexistent_id: "00000000-0000-0000-0000-000000000000",
            source,
            probe: |_, _| None,
        }
    }

    /// Returns the kind of the resources.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        Kind::from_static(self.name)
    }

    /// Returns [`MirroredKind::nonexistent_id`] as an id.
    #[must_use]
    pub fn nonexistent(&self) -> ProviderId {
        ProviderId::from_static(self.nonexistent_id)
    }
}

/// The policy for a resource that no project lists and that has no parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrphanPolicy {
    /// The resource is attributed to the company's internal project, once its kind was listed
    /// completely.
    AssignToInternal,
    /// The resource stays unattributed until a project lists it or an operator claims it.
    LeaveUnattributed,
}

/// The target of one sweep. Each target has a sync state, a lease and receipts of its own.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// Projects, and the resources that they list.
    Projects,
    /// The status and addresses of known droplets (fast poll).
    FastDroplets,
    /// Resources of one kind.
    Kind(&'static MirroredKind),
}

impl Target {
    /// Returns the kind under which the target's sync state and receipts are stored.
    #[must_use]
    pub fn sync_kind(&self) -> Kind {
        match self {
            Self::Projects => PROJECT,
            Self::FastDroplets => DROPLET_FAST,
            Self::Kind(kind) => kind.kind(),
        }
    }

    /// Returns the kind of resource that the target is the source of truth for, if any.
    #[must_use]
    pub fn mirrored(&self) -> Option<&'static MirroredKind> {
        match *self {
            Self::Projects | Self::FastDroplets => None,
            Self::Kind(kind) => Some(kind),
        }
    }

    /// Returns the kind whose resources have a list each, if the target is read parent by parent in
    /// as many runs as it takes.
    #[must_use]
    pub fn parent_kind(&self) -> Option<Kind> {
        match self.mirrored()?.source {
            Source::Account(_) => None,
            Source::PerParent(lists) => Some(lists.parent.kind()),
        }
    }
}

/// Reads each item of a list. If the id of an item is not valid, the whole list fails, because
/// without the item the resource would look deleted.
pub(crate) fn each<T, U>(
    listing: Listing<T>,
    read: impl Fn(T) -> Result<U, InvalidId>,
) -> Result<Listing<U>, ListError> {
    let Listing { items, pages, requests, total, rate_limit } = listing;
    let items = items.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Listing { items, pages, requests, total, rate_limit })
}

/// Reads a whole list, and normalises each item when its page arrives, because the full items of a
/// long list may not fit in memory.
pub(crate) fn list<T: ListItem>(pages: Pages<T>, normalise: fn(T) -> Normalised) -> BoxFuture<'static, Listed> {
    async move { each(pages.collect_all_as(normalise).await?, identity) }.boxed()
}

/// The error of listing a kind.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// DigitalOcean answered with an error, or did not answer.
    #[error(transparent)]
    DigitalOcean(#[from] digitalocean::Error),
    /// DigitalOcean listed a resource whose id is not valid in this system.
    #[error("DigitalOcean listed a resource without a usable id: {0}")]
    Unusable(#[from] InvalidId),
}

/// DigitalOcean's answer to a request for one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeResult {
    /// The resource exists, whatever its state.
    Exists,
    /// The resource does not exist: a 404, or an answer that means the same.
    Gone,
}

impl ProbeResult {
    /// Interprets the response to a request for one resource: only a 404 means that it is gone.
    pub(crate) fn of<T>(answer: Result<T, digitalocean::Error>) -> Result<Self, digitalocean::Error> {
        match answer {
            Ok(_) => Ok(Self::Exists),
            Err(error) if error.is_not_found() => Ok(Self::Gone),
            Err(error) => Err(error),
        }
    }
}

/// Makes a request for one resource into a probe: only a 404 means that it is gone.
pub(crate) fn probe<'a, T: 'a>(
    request: impl Future<Output = Result<T, digitalocean::Error>> + Send + 'a,
) -> ExistenceProbe<'a> {
    Some(request.map(ProbeResult::of).boxed())
}
