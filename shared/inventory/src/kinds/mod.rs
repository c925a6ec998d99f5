//! The kinds of resources that a worker lists. Each has a file here and a line in
//! [`crate::workers::WORKERS`].

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

/// The complete list of a kind.
#[derive(Debug)]
pub struct ListedResources {
    /// The id and the facts of every resource.
    pub resources: Vec<(ProviderId, ResourceFacts)>,
    /// The number of pages that were read.
    pub pages: u32,
    /// Requests that the token has left this hour, as DigitalOcean last reported.
    pub rate_limit_remaining: Option<u32>,
}

impl ListedResources {
    /// Normalises each item of a list. If the id of an item is not valid, the whole list fails,
    /// because without the item the resource would look deleted.
    pub(crate) fn normalised<T>(
        listing: Listing<T>,
        normalise: impl Fn(T) -> Result<(ProviderId, ResourceFacts), domain::InvalidId>,
    ) -> Result<Self, ListError> {
        let Listing { items, pages, requests, total, rate_limit } = listing;
        let items = items.into_iter().map(normalise).collect();
        Self::of(Listing { items, pages, requests, total, rate_limit })
    }

    /// Creates the list from items that were normalised while their pages arrived.
    pub(crate) fn of(
        listing: Listing<Result<(ProviderId, ResourceFacts), domain::InvalidId>>,
    ) -> Result<Self, ListError> {
        let Listing { items, pages, rate_limit, .. } = listing;
        let resources = items.into_iter().collect::<Result<_, _>>()?;
        Ok(Self { resources, pages, rate_limit_remaining: rate_limit.and_then(|limit| limit.remaining) })
    }
}

/// The error of listing a kind.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// DigitalOcean answered with an error, or did not answer.
    #[error(transparent)]
    DigitalOcean(#[from] digitalocean::Error),
    /// DigitalOcean listed a resource whose id is not valid in this system.
    #[error("DigitalOcean listed a resource without a usable id: {0}")]
    Unusable(#[from] domain::InvalidId),
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

/// The request that tells whether one resource exists; `None` if DigitalOcean has no such request
/// for the kind.
pub type ExistenceProbe<'a> = Option<BoxFuture<'a, Result<ProbeResult, digitalocean::Error>>>;

/// The policy for a resource that no project lists and that has no parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrphanPolicy {
    /// The resource is attributed to the company's internal project, once its kind was listed
    /// completely.
    AssignToInternal,
    /// The resource stays unattributed until a project lists it or an operator claims it.
    LeaveUnattributed,
}

/// A kind that a worker lists, in one list or parent by parent.
pub trait MirroredKind: Send + Sync {
    /// Returns the kind of the resources.
    fn kind(&self) -> Kind;

    /// Returns DigitalOcean's names for the kind in URNs, aliases included; none if a project
    /// cannot contain the kind.
    fn urn_kinds(&self) -> &'static [&'static str] {
        &[]
    }

    /// Returns the scopes that a token needs to read the kind, such as `droplet:read`.
    fn scope(&self) -> &'static str;

    /// Returns the policy for a resource that no project lists.
    fn orphan_policy(&self) -> OrphanPolicy {
        OrphanPolicy::AssignToInternal
    }

    /// Returns the fields (`status`, `attrs.<name>`) that change by themselves or in daily use. A
    /// change of any other field is a deliberate one, and counts as drift unless it was announced.
    fn state_fields(&self) -> &'static [&'static str] {
        &["status"]
    }

    /// Returns an id that no resource of the kind has. A request for it tells a token without
    /// permission from an account without resources.
    fn nonexistent_id(&self) -> ProviderId {
        ProviderId::from_static("00000000-0000-0000-0000-000000000000")
    }

    /// Asks DigitalOcean whether one resource exists; `None` if there is no such request for the
    /// kind.
    fn probe<'a>(&'a self, client: &'a Client, id: &'a ProviderId) -> ExistenceProbe<'a>;
}

/// A kind that DigitalOcean lists in one list for the whole account.
pub trait ListedKind: MirroredKind {
    /// Lists every resource of the kind, all pages, or returns an error.
    fn list<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<ListedResources, ListError>>;
}

/// A kind that DigitalOcean lists only by parent, one list for each. Completeness and strikes are
/// decided parent by parent.
pub trait ChildKind: MirroredKind {
    /// Returns the kind of the parents.
    fn parent_kind(&self) -> Kind;

    /// Lists the live parents, with a flag for those that have children according to the parents'
    /// own list.
    fn parents<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<Parents, ListError>>;

    /// Lists every child of one parent, all pages, or returns an error.
    fn children<'a>(
        &'a self,
        client: &'a Client,
        parent: &'a ProviderId,
    ) -> BoxFuture<'a, Result<ListedResources, ListError>>;
}

/// The live parents of a [`ChildKind`].
#[derive(Debug, Default)]
pub struct Parents {
    /// The parents' ids, each with a flag: true if the parent has children according to the
    /// parents' own list.
    pub live: BTreeMap<ProviderId, bool>,
    /// The number of pages that were read.
    pub pages: u32,
    /// Requests that the token has left this hour, as DigitalOcean last reported.
    pub rate_limit_remaining: Option<u32>,
}
