//! The kinds of resources that a worker lists: one file each, one line in [`crate::workers::WORKERS`] each.

mod app;
pub(crate) mod attrs;
mod autoscale_pool;
mod cdn_endpoint;
mod certificate;
mod container_registry;
mod custom_image;
mod dns_record;
mod dns_zone;
mod droplet;
mod droplet_backup;
mod firewall;
mod floating_ip;
mod functions_namespace;
mod k8s_cluster;
mod load_balancer;
mod managed_db;
mod monitoring_alert;
mod nat_gateway;
mod reserved_ipv6;
mod snapshot;
mod spaces_key;
mod ssh_key;
mod tag;
mod uptime_check;
mod volume;
mod vpc;

use std::collections::BTreeMap;

use digitalocean::{Client, Listing};
use domain::{Kind, ProviderId, ResourceFacts};
use futures::future::BoxFuture;

pub use app::APP;
pub use autoscale_pool::AUTOSCALE_POOL;
pub use cdn_endpoint::CDN_ENDPOINT;
pub use certificate::CERTIFICATE;
pub use container_registry::CONTAINER_REGISTRY;
pub use custom_image::CUSTOM_IMAGE;
pub use dns_record::DNS_RECORD;
pub use dns_zone::DNS_ZONE;
pub use droplet::DROPLET;
pub use droplet_backup::DROPLET_BACKUP;
pub use firewall::FIREWALL;
pub use floating_ip::FLOATING_IP;
pub use functions_namespace::FUNCTIONS_NAMESPACE;
pub use k8s_cluster::K8S_CLUSTER;
pub use load_balancer::LOAD_BALANCER;
pub use managed_db::MANAGED_DB;
pub use monitoring_alert::MONITORING_ALERT;
pub use nat_gateway::NAT_GATEWAY;
pub use reserved_ipv6::RESERVED_IPV6;
pub use snapshot::SNAPSHOT;
pub use spaces_key::SPACES_KEY;
pub use ssh_key::SSH_KEY;
pub use tag::TAG;
pub use uptime_check::UPTIME_CHECK;
pub use volume::VOLUME;
pub use vpc::VPC;

/// What one list of a kind said, whole.
#[derive(Debug)]
pub struct ListedResources {
    /// Every resource and its facts.
    pub resources: Vec<(ProviderId, ResourceFacts)>,
    /// Pages read.
    pub pages: u32,
    /// Requests the token has left this hour.
    pub rate_limit_remaining: Option<u32>,
}

impl ListedResources {
    /// A listing, each item normalised. An item whose id cannot be one fails the list: leaving it out would read as "gone".
    pub(crate) fn normalised<T>(
        listing: Listing<T>,
        normalise: impl Fn(T) -> Result<(ProviderId, ResourceFacts), domain::InvalidId>,
    ) -> Result<Self, ListError> {
        let Listing { items, pages, requests, total, rate_limit } = listing;
        let items = items.into_iter().map(normalise).collect();
        Self::of(Listing { items, pages, requests, total, rate_limit })
    }

    /// The same of items that were normalised as their pages arrived.
    pub(crate) fn of(
        listing: Listing<Result<(ProviderId, ResourceFacts), domain::InvalidId>>,
    ) -> Result<Self, ListError> {
        let Listing { items, pages, rate_limit, .. } = listing;
        let resources = items.into_iter().collect::<Result<_, _>>()?;
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
pub enum ProbeResult {
    /// It exists.
    Exists,
    /// It does not: 404, or an answer that says as much.
    Gone,
}

impl ProbeResult {
    /// Reads a call for one resource: only a 404 means that it is gone.
    pub(crate) fn of<T>(answer: Result<T, digitalocean::Error>) -> Result<Self, digitalocean::Error> {
        match answer {
            Ok(_) => Ok(Self::Exists),
            Err(error) if error.is_not_found() => Ok(Self::Gone),
            Err(error) => Err(error),
        }
    }
}

/// The question whether one resource exists; `None` where DigitalOcean has no such call for the kind.
pub type ExistenceProbe<'a> = Option<BoxFuture<'a, Result<ProbeResult, digitalocean::Error>>>;

/// What becomes of a resource that no project lists and that has no parent to belong with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrphanPolicy {
    /// It is the company's own: it falls to the internal project, once the kind is known to be listed whole.
    AssignToInternal,
    /// It stays nobody's until a project lists it or an operator claims it.
    LeaveUnattributed,
}

/// A kind that a worker lists, whichever way.
pub trait MirroredKind: Send + Sync {
    /// The kind.
    fn kind(&self) -> Kind;

    /// DigitalOcean's names for it in URNs, aliases included; none where no project can hold it.
    fn urn_kinds(&self) -> &'static [&'static str] {
        &[]
    }

    /// The scope that a token needs to see it, such as `droplet:read`.
    fn scope(&self) -> &'static str;

    /// What becomes of one that no project lists.
    fn orphan_policy(&self) -> OrphanPolicy {
        OrphanPolicy::AssignToInternal
    }

    /// The fields (`status`, `attrs.<name>`) that change by themselves or in daily use. A change of any other field is somebody's
    /// decision, and drift unless it was expected.
    fn state_fields(&self) -> &'static [&'static str] {
        &["status"]
    }

    /// An id of the kind that no resource bears: asking for it tells a token that may not see from an account that has nothing.
    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("00000000-0000-0000-0000-000000000000")
    }

    /// Asks for one resource, where DigitalOcean has such a call for the kind; `None` where not.
    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a>;
}

/// A kind that DigitalOcean lists in one list for the account.
pub trait ListedKind: MirroredKind {
    /// Every resource of the kind, all pages, or an error.
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>>;
}

/// A kind that DigitalOcean lists by parent only, one list for each: it is complete, and struck, parent by parent.
pub trait ChildKind: MirroredKind {
    /// The kind of the parents.
    fn parent_kind(&self) -> Kind;

    /// The parents that live, and whether each has children as far as its own list tells.
    fn parents<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Parents, ListError>>;

    /// Every child of one parent, all pages, or an error.
    fn children<'a>(
        &'a self,
        client: &'a Client,
        parent: &'a ProviderId,
    ) -> BoxFuture<'a, Result<ListedResources, ListError>>;
}

/// The parents of a [`ChildKind`] that live.
#[derive(Debug, Default)]
pub struct Parents {
    /// Each, and whether it has children as far as its own list tells.
    pub live: BTreeMap<ProviderId, bool>,
    /// Pages read.
    pub pages: u32,
    /// Requests the token has left this hour.
    pub rate_limit_remaining: Option<u32>,
}
