//! The kinds of resources that a worker lists. Each has a file here and a line in the table below,
//! beside the other kinds of its worker.

#[cfg(test)]
mod demo;

use crate::kind::Target;

/// Declares the files of kinds, and which worker mirrors the kind of each: `TARGETS` are the
/// worker's targets in [`crate::workers::WORKERS`].
macro_rules! kinds {
    ($($(#[$doc:meta])* $targets:ident: [$($file:ident::$kind:ident),+ $(,)?])+) => {
        $($(pub mod $file; pub use $file::$kind;)+)+
        $($(#[$doc])* pub const $targets: &[Target] = &[$(Target::Kind(&$kind)),+];)+
    };
}

kinds! {
    /// The targets of the worker `droplets`.
    DROPLETS: [droplet::DROPLET]
    /// The targets of the worker `domains`.
    DOMAINS: [dns_zone::DNS_ZONE]
    /// The targets of the worker `volumes`.
    VOLUMES: [volume::VOLUME]
    /// The targets of the worker `snapshots`.
    SNAPSHOTS: [snapshot::SNAPSHOT]
    /// The targets of the worker `backups`.
    BACKUPS: [droplet_backup::DROPLET_BACKUP]
    /// The targets of the worker `floating-ips`.
    FLOATING_IPS: [floating_ip::FLOATING_IP]
    /// The targets of the worker `firewalls`.
    FIREWALLS: [firewall::FIREWALL]
    /// The targets of the worker `load-balancers`.
    LOAD_BALANCERS: [load_balancer::LOAD_BALANCER]
    /// The targets of the worker `services`: every kind without a worker of its own.
    SERVICES: [
        add_on::ADD_ON,
        app::APP,
        autoscale_pool::AUTOSCALE_POOL,
        byoip_prefix::BYOIP_PREFIX,
        cdn_endpoint::CDN_ENDPOINT,
        certificate::CERTIFICATE,
        container_registry::CONTAINER_REGISTRY,
        custom_image::CUSTOM_IMAGE,
        dedicated_inference::DEDICATED_INFERENCE,
        functions_namespace::FUNCTIONS_NAMESPACE,
        genaiagent::GENAIAGENT,
        k8s_cluster::K8S_CLUSTER,
        knowledge_base::KNOWLEDGE_BASE,
        managed_db::MANAGED_DB,
        monitoring_alert::MONITORING_ALERT,
        nat_gateway::NAT_GATEWAY,
        nfs_share::NFS_SHARE,
        partner_attachment::PARTNER_ATTACHMENT,
        reserved_ipv6::RESERVED_IPV6,
        spaces_key::SPACES_KEY,
        ssh_key::SSH_KEY,
        tag::TAG,
        uptime_check::UPTIME_CHECK,
        vector_database::VECTOR_DATABASE,
        vpc::VPC,
        vpc_peering::VPC_PEERING,
        dns_record::DNS_RECORD,
    ]
}
