//! The rules, in the order in which they are asked: a phrase stands before what is a part of it.
//!
//! DigitalOcean publishes no list of its products. `Droplets`, `Kubernetes Clusters`, `Load Balancers`, `Database
//! Clusters`, `Spaces Subscription`, `Floating IPs`, `Taxes` and `Credits` are in its API's specification and its
//! clients' fixtures; `Droplet Backups` and `Droplet Snapshots` are on published invoices; the others are its products'
//! names, in the words of its price list.
//! <https://www.digitalocean.com/pricing>

use domain::Kind;
use domain::billing::UnmatchedReason::{self, AccountLevel, Credit, Tax};

use super::{Rule, Search};

const DROPLET: Kind = Kind::from_static("droplet");
const VOLUME: Kind = Kind::from_static("volume");

/// What is looked for: without an owner, it is a resource that we do not know.
const fn of(product: &'static str, kind: &'static str, search: Search) -> Rule {
    Rule { product, described: None, kind: Kind::from_static(kind), search, otherwise: None }
}

/// What may well be nobody's.
const fn or(product: &'static str, kind: &'static str, search: Search, otherwise: UnmatchedReason) -> Rule {
    Rule { product, described: None, kind: Kind::from_static(kind), search, otherwise: Some(otherwise) }
}

/// Every rule.
pub static RULES: &[Rule] = &[
    or("tax", "tax", Search::Nowhere, Tax),
    or("taxes", "tax", Search::Nowhere, Tax),
    or("vat", "tax", Search::Nowhere, Tax),
    or("gst", "tax", Search::Nowhere, Tax),
    or("hst", "tax", Search::Nowhere, Tax),
    or("pst", "tax", Search::Nowhere, Tax),
    or("qst", "tax", Search::Nowhere, Tax),
    or("refund", "refund", Search::Nowhere, Credit),
    or("adjustment", "adjustment", Search::Nowhere, Credit),
    or("credit", "credit", Search::Nowhere, Credit),
    or("promo", "credit", Search::Nowhere, Credit),
    or("promotion", "credit", Search::Nowhere, Credit),
    or("promotional", "credit", Search::Nowhere, Credit),
    or("discount", "credit", Search::Nowhere, Credit),
    of("volume snapshot", "snapshot", Search::Snapshot(Some(VOLUME))),
    of("droplet snapshot", "snapshot", Search::Snapshot(Some(DROPLET))),
    of("snapshot", "snapshot", Search::Snapshot(None)),
    of("database backup", "managed_db", Search::Group),
    of("backup", "droplet_backup", Search::ParentDroplet),
    Rule {
        product: "droplet",
        described: Some("backup service"),
        kind: Kind::from_static("droplet_backup"),
        search: Search::ParentDroplet,
        otherwise: None,
    },
    of("image", "custom_image", Search::Name),
    or("spaces subscription", "spaces_subscription", Search::Nowhere, AccountLevel),
    or("spaces", "spaces_bucket", Search::Name, AccountLevel),
    or("registry", "container_registry", Search::Name, AccountLevel),
    or("vector database", "vector_database", Search::Name, AccountLevel),
    or("knowledge base", "knowledge_base", Search::Name, AccountLevel),
    or("dedicated inference", "dedicated_inference", Search::Name, AccountLevel),
    or("genai", "genaiagent", Search::Name, AccountLevel),
    or("gen ai", "genaiagent", Search::Name, AccountLevel),
    or("generative ai", "genaiagent", Search::Name, AccountLevel),
    or("gradient", "genaiagent", Search::Name, AccountLevel),
    or("gradientai", "genaiagent", Search::Name, AccountLevel),
    or("agent platform", "genaiagent", Search::Name, AccountLevel),
    or("serverless inference", "genaiagent", Search::Name, AccountLevel),
    of("nat gateway", "nat_gateway", Search::Name),
    of("load balancer", "load_balancer", Search::Name),
    of("kubernetes", "k8s_cluster", Search::Group),
    of("doks", "k8s_cluster", Search::Group),
    of("database", "managed_db", Search::Group),
    of("reserved ipv6", "reserved_ipv6", Search::Address),
    of("floating ipv6", "reserved_ipv6", Search::Address),
    of("reserved ip", "floating_ip", Search::Address),
    of("floating ip", "floating_ip", Search::Address),
    or("add on", "add_on", Search::Name, AccountLevel),
    or("marketplace", "add_on", Search::Name, AccountLevel),
    or("app", "app", Search::Group, AccountLevel),
    or("function", "functions_namespace", Search::Name, AccountLevel),
    or("uptime", "uptime_check", Search::Name, AccountLevel),
    or("cdn", "cdn_endpoint", Search::Name, AccountLevel),
    or("network file storage", "nfs_share", Search::Name, AccountLevel),
    or("nfs", "nfs_share", Search::Name, AccountLevel),
    or("partner network connect", "partner_attachment", Search::Name, AccountLevel),
    or("bandwidth", "bandwidth", Search::Nowhere, AccountLevel),
    or("data transfer", "bandwidth", Search::Nowhere, AccountLevel),
    or("overage", "bandwidth", Search::Nowhere, AccountLevel),
    or("support plan", "support_plan", Search::Nowhere, AccountLevel),
    or("premium support", "support_plan", Search::Nowhere, AccountLevel),
    or("standard support", "support_plan", Search::Nowhere, AccountLevel),
    of("droplet", "droplet", Search::NameUnderId),
    of("volume", "volume", Search::Name),
    of("block storage", "volume", Search::Name),
];

#[cfg(test)]
mod tests {
    use super::super::{Class, classify};
    use super::*;
    use domain::Money;
    use domain::billing::Charge;
    use rust_decimal::Decimal;

    fn class(product: &str, description: &str) -> Class {
        classify(&Charge {
            product: product.to_owned(),
            group_description: None,
            description: description.to_owned(),
            hours: None,
            start: None,
            end: None,
            amount: Money::usd(Decimal::ONE),
            project_name: None,
            category: None,
        })
    }

    #[test]
    fn every_product_has_its_kind() {
        let cases = [
            ("Droplets", "web-01 (s-1vcpu-1gb)", "droplet"),
            ("Droplets", "web-01 (Weekly Backup Services)", "droplet_backup"),
            ("Droplets", "web-01 (Daily Backup Services)", "droplet_backup"),
            ("Droplets", "weekly backup services (s-1vcpu-1gb)", "droplet"),
            ("Droplets", "vat-credit-snapshot (s-1vcpu-1gb)", "droplet"),
            ("GPU Droplets", "ml (gpu-h100x1-80gb)", "droplet"),
            ("Droplet Backups", "web-01 (Weekly Backup Services)", "droplet_backup"),
            ("Backups", "web-01", "droplet_backup"),
            ("Droplet Snapshots", "web-01-1707755441748 (fra1) 10.15GB Droplet Snapshot", "snapshot"),
            ("Volume Snapshots", "data", "snapshot"),
            ("Snapshots", "data", "snapshot"),
            ("Volumes", "data", "volume"),
            ("Block Storage", "data", "volume"),
            ("Custom Images", "base", "custom_image"),
            ("Kubernetes Clusters", "4 nodes - 2 GB / 1 vCPU / 50 GB SSD", "k8s_cluster"),
            ("Kubernetes HA Control Plane", "ha", "k8s_cluster"),
            ("Database Clusters", "db", "managed_db"),
            ("Managed Databases", "db", "managed_db"),
            ("Database Backups", "db", "managed_db"),
            ("Spaces Subscription", "Spaces ($5/mo 250GB storage & 1TB bandwidth)", "spaces_subscription"),
            ("Spaces Bandwidth Overage", "media", "spaces_bucket"),
            ("Spaces", "media", "spaces_bucket"),
            ("Load Balancers", "lb", "load_balancer"),
            ("Floating IPs", "Unused Floating IP - 1.1.1.1", "floating_ip"),
            ("Reserved IPs", "Unused Reserved IP - 1.1.1.1", "floating_ip"),
            ("Reserved IPv6", "2001:db8::1", "reserved_ipv6"),
            ("Container Registry Subscription", "Basic", "container_registry"),
            ("App Platform", "shop", "app"),
            ("Apps", "shop", "app"),
            ("Functions", "webhooks", "functions_namespace"),
            ("Uptime Health Check", "shop", "uptime_check"),
            ("Bandwidth", "Bandwidth overage", "bandwidth"),
            ("Droplet Bandwidth", "transfer", "bandwidth"),
            ("Overages", "transfer", "bandwidth"),
            ("VPC NAT Gateway", "egress", "nat_gateway"),
            ("GenAI Platform", "agent", "genaiagent"),
            ("GradientAI", "agent", "genaiagent"),
            ("Knowledge Bases", "docs", "knowledge_base"),
            ("Network File Storage", "share", "nfs_share"),
            ("Premium Support", "plan", "support_plan"),
            ("SaaS Add-Ons", "logs", "add_on"),
            ("Taxes", "VAT Turkey (18.00%)", "tax"),
            ("Taxes", "STATE SALES TAX (6.25%)", "tax"),
            ("Sales Tax", "", "tax"),
            ("GST", "", "tax"),
            ("VAT", "", "tax"),
            ("Credits", "DigitalOcean Credit Applied", "credit"),
            ("Promo Codes", "HATCH100", "credit"),
            ("Promotional Credits", "", "credit"),
            ("Refunds", "", "refund"),
            ("Adjustments", "", "adjustment"),
            ("Quantum Droplet", "qubit", "droplet"),
            ("Quantum Computers", "qubit", "other:Quantum Computers"),
            ("", "nothing", "other:"),
        ];
        for (product, description, expected) in cases {
            assert_eq!(class(product, description).kind.to_string(), expected, "{product}: {description}");
        }
    }

    /// A rule that an earlier one always forestalls would be dead.
    #[test]
    fn every_rule_is_the_first_for_its_own_phrase() {
        for rule in RULES {
            let description = rule.described.map(|words| format!("x ({words})")).unwrap_or_default();
            let first = class(rule.product, &description).rule.unwrap();
            assert!(std::ptr::eq(first, rule), "{} comes after {}", rule.product, first.product);
        }
    }

    #[test]
    fn only_what_has_no_owner_is_looked_for_nowhere() {
        for rule in RULES {
            assert!(rule.search != Search::Nowhere || rule.otherwise.is_some(), "{}", rule.product);
        }
    }
}
