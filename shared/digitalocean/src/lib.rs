//! A client of the [DigitalOcean API v2](https://docs.digitalocean.com/reference/api/digitalocean/): typed, paged, rate-limit aware.
//!
//! * A list is read as a whole or not at all: [`Pages::collect_all`] never returns a part as if it were everything.
//! * A POST or PATCH is sent once. GET, PUT and DELETE are repeated on failures that pass, within a [`RequestDeadline`].
//! * A rate limit that cannot be waited out before the deadline is returned as [`Error::RateLimited`] with the time to come back.
//! * A [`Token`] is never printed, never sent in the clear over a network, and never sent to another origin.
//!
//! ```no_run
//! use digitalocean::{Client, ClientConfig, RequestDeadline, Token};
//!
//! # async fn example() -> Result<(), digitalocean::Error> {
//! let client = Client::new(ClientConfig::new(Token::new("dop_v1_...")?))?;
//! let client = client.with_deadline(RequestDeadline::after(std::time::Duration::from_secs(60)));
//! match client.droplets().list_all().await {
//!     Ok(droplets) => println!("{} droplets in {} requests", droplets.items.len(), droplets.requests),
//!     Err(error) if error.is_not_visible() => println!("the token does not see droplets: {error}"),
//!     Err(error) if error.is_retryable() => println!("come back at {:?}: {error}", error.retry_at()),
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Each area of the API is a file and a method of [`Client`]: [`Client::account`], [`Client::droplets`], [`Client::domains`],
//! [`Client::projects`], [`Client::reserved_ips`], [`Client::reserved_ipv6s`], [`Client::firewalls`], [`Client::load_balancers`],
//! [`Client::vpcs`], [`Client::nat_gateways`], [`Client::volumes`], [`Client::snapshots`], [`Client::images`],
//! [`Client::cdn_endpoints`], [`Client::certificates`], [`Client::ssh_keys`], [`Client::spaces_keys`], [`Client::uptime_checks`],
//! [`Client::alert_policies`], [`Client::tags`], [`Client::kubernetes_clusters`], [`Client::databases`], [`Client::apps`],
//! [`Client::registries`], [`Client::functions_namespaces`], [`Client::autoscale_pools`], [`Client::billing`], [`Client::actions`].

pub mod account;
pub mod actions;
pub mod apps;
mod attempts;
pub mod autoscale_pools;
pub mod billing;
pub mod cdn;
pub mod certificates;
mod client;
mod config;
pub mod databases;
mod deadline;
pub mod domains;
mod download;
pub mod droplets;
mod envelope;
mod error;
mod error_mapping;
pub mod firewalls;
pub mod functions;
pub mod images;
pub mod kubernetes;
mod lenient_serde;
mod list_consistency;
pub mod load_balancers;
pub mod monitoring;
pub mod nat_gateways;
mod open_enum;
mod operation;
mod page_links;
mod pages;
pub mod projects;
mod rate_limit;
pub mod registries;
mod request;
mod request_limiter;
pub mod reserved_ips;
pub mod reserved_ipv6;
mod retry;
pub mod snapshots;
pub mod spaces_keys;
pub mod ssh_keys;
pub mod tags;
mod token;
pub mod uptime;
mod urn;
pub mod volumes;
pub mod vpcs;

pub use account::{Account, AccountStatus};
pub use actions::{Action, ActionStatus};
pub use apps::App;
pub use autoscale_pools::{AutoscalePool, AutoscalePoolStatus};
pub use billing::{
    Balance, BillingHistoryEntry, BillingHistoryType, Invoice, InvoiceCharges, InvoiceItem, InvoicePreview,
    InvoiceProduct, InvoiceSummary,
};
pub use cdn::CdnEndpoint;
pub use certificates::{Certificate, CertificateState, CertificateType};
pub use client::Client;
pub use config::{ClientConfig, DEFAULT_BASE_URL, TlsRoots};
pub use databases::{Database, DatabaseStatus};
pub use deadline::RequestDeadline;
pub use domains::{Domain, DomainRecord, DomainRecordRequest};
pub use download::Download;
pub use droplets::{Droplet, DropletBackup, DropletStatus, DropletType};
pub use error::{Call, Error, TransportKind};
pub use firewalls::{Firewall, FirewallStatus};
pub use functions::FunctionsNamespace;
pub use images::{Image, ImageStatus, ImageType};
pub use kubernetes::{ClusterState, KubernetesCluster};
pub use load_balancers::{LoadBalancer, LoadBalancerStatus, LoadBalancerType};
pub use monitoring::AlertPolicy;
pub use nat_gateways::{NatGateway, NatGatewayState};
pub use page_links::PageLinkError;
pub use pages::{ListItem, Listing, Pages};
pub use projects::{Environment, NewProject, Project, ProjectResource, ResourceStatus};
pub use rate_limit::{LimitKind, RateLimit};
pub use registries::{Registry, RegistrySubscription};
pub use request_limiter::{Denied, RequestLimiter};
pub use reserved_ips::{IpAssignment, ReservedIp};
pub use reserved_ipv6::ReservedIpv6;
pub use retry::RetryPolicy;
pub use snapshots::{Snapshot, SnapshotResourceType};
pub use spaces_keys::{SpacesGrant, SpacesKey};
pub use ssh_keys::SshKey;
pub use tags::Tag;
pub use token::Token;
pub use uptime::UptimeCheck;
pub use urn::Urn;
pub use volumes::Volume;
pub use vpcs::Vpc;
