//! The kinds of resources that a worker lists: one file each, one line in [`crate::workers::WORKERS`] each.

mod dns_zone;
mod droplet;

use digitalocean::{Client, Listing};
use domain::{Facts, Kind, ProviderId};
use futures::future::BoxFuture;

pub use dns_zone::DNS_ZONE;
pub use droplet::DROPLET;

/// What one list of a kind said, whole.
#[derive(Debug)]
pub struct Listed {
    /// Every resource and its facts.
    pub resources: Vec<(ProviderId, Facts)>,
    /// Pages read.
    pub pages: u32,
    /// Requests the token has left this hour.
    pub rate_limit_remaining: Option<u32>,
}

impl Listed {
    /// A listing, each item normalised. An item whose id cannot be one fails the list: leaving it out would read as "gone".
    pub(crate) fn normalised<T>(
        listing: Listing<T>,
        normalise: impl Fn(T) -> Result<(ProviderId, Facts), domain::InvalidId>,
    ) -> Result<Self, ListError> {
        let Listing { items, pages, rate_limit, .. } = listing;
        let resources = items.into_iter().map(normalise).collect::<Result<_, _>>()?;
        Ok(Self { resources, pages, rate_limit_remaining: rate_limit.and_then(|limit| limit.remaining) })
    }
}

/// Why a kind could not be listed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// DigitalOcean's answer, or the lack of one.
    #[error(transparent)]
    DigitalOcean(#[from] digitalocean::Error),
    /// DigitalOcean listed something that cannot be a resource of ours.
    #[error("DigitalOcean listed a resource without a usable id: {0}")]
    Unusable(#[from] domain::InvalidId),
}

/// What DigitalOcean says when asked for one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It exists.
    There,
    /// 404: it does not.
    Gone,
}

impl Presence {
    /// Reads a call for one resource: only a 404 means that it is gone.
    pub(crate) fn of<T>(answer: Result<T, digitalocean::Error>) -> Result<Self, digitalocean::Error> {
        match answer {
            Ok(_) => Ok(Self::There),
            Err(error) if error.is_not_found() => Ok(Self::Gone),
            Err(error) => Err(error),
        }
    }
}

/// A kind that a worker lists.
pub trait MirroredKind: Send + Sync {
    /// The kind.
    fn kind(&self) -> Kind;

    /// DigitalOcean's names for it in URNs, aliases included.
    fn urn_kinds(&self) -> &'static [&'static str];

    /// An id of the kind that no resource bears: asking for it tells a token that may not see from an account that has nothing.
    fn nobody(&self) -> ProviderId;

    /// Every resource of the kind, all pages, or an error.
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Listed, ListError>>;

    /// Asks for one resource, where DigitalOcean has such a call for the kind; `None` where not.
    fn presence<'a>(
        &'a self,
        client: &'a Client,
        id: &'a ProviderId,
    ) -> Option<BoxFuture<'a, Result<Presence, digitalocean::Error>>>;
}
