//! The classification rules, in the order in which they are tried. A phrase stands before any
//! phrase that is a part of it.
//!
//! DigitalOcean does not publish a list of its products. `Droplets`, `Kubernetes Clusters`,
//! `Load Balancers`, `Database Clusters`, `Spaces Subscription`, `Floating IPs`, `Taxes` and
//! `Credits` are in its API's specification and its clients' fixtures; `Droplet Backups` and
//! `Droplet Snapshots` are on published invoices; the others are the product names of its price
//! list. <https://www.digitalocean.com/pricing>

use domain::Kind;
use domain::billing::UnmatchedReason::{self, AccountLevel, Credit, Tax};

use super::{ClassificationRule, Search};

const DROPLET: Kind = Kind::from_static("droplet");
const VOLUME: Kind = Kind::from_static("volume");

/// Returns a rule for a product that always has an owner. If none is found, the resource is missing
/// from the inventory.
const fn owned(product: &'static str, kind: &'static str, search: Search) -> ClassificationRule {
    ClassificationRule {
        product,
        description_suffix: None,
        kind: Kind::from_static(kind),
        search,
        unmatched_reason: None,
    }
}

/// Returns a rule for a product that may have no owner, and the reason to give then.
const fn optionally_owned(
    product: &'static str,
    kind: &'static str,
    search: Search,
    unmatched_reason: UnmatchedReason,
) -> ClassificationRule {
    ClassificationRule {
        product,
        description_suffix: None,
        kind: Kind::from_static(kind),
        search,
        unmatched_reason: Some(unmatched_reason),
    }
}

/// All classification rules; the first that matches a charge wins.
pub static RULES: &[ClassificationRule] = &[
    optionally_owned("tax", "tax", Search::NoOwner, Tax),
    optionally_owned("taxes", "tax", Search::NoOwner, Tax),
    optionally_owned("vat", "tax", Search::NoOwner, Tax),
    optionally_owned("gst", "tax", Search::NoOwner, Tax),
    optionally_owned("hst", "tax", Search::NoOwner, Tax),
    optionally_owned("pst", "tax", Search::NoOwner, Tax),
    optionally_owned("qst", "tax", Search::NoOwner, Tax),
    optionally_owned("refund", "refund", Search::NoOwner, Credit),
    optionally_owned("adjustment", "adjustment", Search::NoOwner, Credit),
    optionally_owned("credit", "credit", Search::NoOwner, Credit),
    optionally_owned("promo", "credit", Search::NoOwner, Credit),
    optionally_owned("promotion", "credit", Search::NoOwner, Credit),
    optionally_owned("promotional", "credit", Search::NoOwner, Credit),
    optionally_owned("discount", "credit", Search::NoOwner, Credit),
    owned("volume snapshot", "snapshot", Search::Snapshot(Some(VOLUME))),
    owned("droplet snapshot", "snapshot", Search::Snapshot(Some(DROPLET))),
    owned("snapshot", "snapshot", Search::Snapshot(None)),
    owned("database backup", "managed_db", Search::Group),
    owned("backup", "droplet_backup", Search::ParentDroplet),
    ClassificationRule {
        product: "droplet",
        description_suffix: Some("backup service"),
        kind: Kind::from_static("droplet_backup"),
        search: Search::ParentDroplet,
        unmatched_reason: None,
    },
    owned("image", "custom_image", Search::Name),
    optionally_owned("spaces subscription", "spaces_subscription", Search::NoOwner, AccountLevel),
    optionally_owned("spaces", "spaces_bucket", Search::Name, AccountLevel),
    optionally_owned("registry", "container_registry", Search::Name, AccountLevel),
    optionally_owned("vector database", "vector_database", Search::Name, AccountLevel),
    optionally_owned("knowledge base", "knowledge_base", Search::Name, AccountLevel),
    optionally_owned("dedicated inference", "dedicated_inference", Search::Name, AccountLevel),
    optionally_owned("genai", "genaiagent", Search::Name, AccountLevel),
    optionally_owned("gen ai", "genaiagent", Search::Name, AccountLevel),
    optionally_owned("generative ai", "genaiagent", Search::Name, AccountLevel),
    optionally_owned("gradient", "genaiagent", Search::Name, AccountLevel),
    optionally_owned("gradientai", "genaiagent", Search::Name, AccountLevel),
    optionally_owned("agent platform", "genaiagent", Search::Name, AccountLevel),
    optionally_owned("serverless inference", "genaiagent", Search::Name, AccountLevel),
    optionally_owned("agent", "genaiagent", Search::Name, AccountLevel),
    owned("nat gateway", "nat_gateway", Search::Name),
    owned("load balancer", "load_balancer", Search::Name),
    owned("kubernetes", "k8s_cluster", Search::Group),
    owned("doks", "k8s_cluster", Search::Group),
    owned("database", "managed_db", Search::Group),
    owned("reserved ipv6", "reserved_ipv6", Search::Address),
    owned("floating ipv6", "reserved_ipv6", Search::Address),
    owned("reserved ip", "floating_ip", Search::Address),
    owned("floating ip", "floating_ip", Search::Address),
    optionally_owned("add on", "add_on", Search::Name, AccountLevel),
    optionally_owned("marketplace", "add_on", Search::Name, AccountLevel),
    optionally_owned("app", "app", Search::Group, AccountLevel),
    optionally_owned("function", "functions_namespace", Search::Name, AccountLevel),
    optionally_owned("uptime", "uptime_check", Search::Name, AccountLevel),
    optionally_owned("cdn", "cdn_endpoint", Search::Name, AccountLevel),
    optionally_owned("network file storage", "nfs_share", Search::Name, AccountLevel),
    optionally_owned("nfs", "nfs_share", Search::Name, AccountLevel),
    optionally_owned("file storage", "nfs_share", Search::Name, AccountLevel),
    optionally_owned("partner network connect", "partner_attachment", Search::Name, AccountLevel),
    optionally_owned("partner attachment", "partner_attachment", Search::Name, AccountLevel),
    optionally_owned("byoip", "byoip_prefix", Search::Name, AccountLevel),
    optionally_owned("bandwidth", "bandwidth", Search::NoOwner, AccountLevel),
    optionally_owned("data transfer", "bandwidth", Search::NoOwner, AccountLevel),
    optionally_owned("overage", "bandwidth", Search::NoOwner, AccountLevel),
    optionally_owned("support plan", "support_plan", Search::NoOwner, AccountLevel),
    optionally_owned("premium support", "support_plan", Search::NoOwner, AccountLevel),
    optionally_owned("standard support", "support_plan", Search::NoOwner, AccountLevel),
    owned("droplet", "droplet", Search::NameIfNoId),
    owned("volume", "volume", Search::Name),
    owned("block storage", "volume", Search::Name),
];

#[cfg(test)]
mod tests {
    use super::super::{Classification, classify};
    use super::*;
    use domain::Money;
    use domain::billing::Charge;
    use rust_decimal::Decimal;

    fn class(product: &str, description: &str) -> Classification {
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
            ("Partner Attachments", "office-line", "partner_attachment"),
            ("BYOIP", "198.18.64.0/24", "byoip_prefix"),
            ("File Storage", "shop-media", "nfs_share"),
            ("Bandwidth", "Bandwidth overage", "bandwidth"),
            ("Droplet Bandwidth", "transfer", "bandwidth"),
            ("Overages", "transfer", "bandwidth"),
            ("VPC NAT Gateway", "egress", "nat_gateway"),
            ("GenAI Platform", "agent", "genaiagent"),
            ("GradientAI", "agent", "genaiagent"),
            ("Agents", "shop-helper", "genaiagent"),
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

    /// A rule whose own phrase an earlier rule matches would never apply.
    #[test]
    fn every_rule_is_the_first_for_its_own_phrase() {
        for rule in RULES {
            let description = rule.description_suffix.map(|words| format!("x ({words})")).unwrap_or_default();
            let first = class(rule.product, &description).rule.unwrap();
            assert!(std::ptr::eq(first, rule), "{} comes after {}", rule.product, first.product);
        }
    }

    #[test]
    fn a_rule_without_a_search_has_a_reason() {
        for rule in RULES {
            assert!(rule.search != Search::NoOwner || rule.unmatched_reason.is_some(), "{}", rule.product);
        }
    }
}
