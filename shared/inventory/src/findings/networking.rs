//! Rules for reserved IPs and load balancers.

use super::context::texts;
use super::finding::RuleMatch;
use super::rule::Subject;

/// A reserved IPv4 address that is assigned to no droplet. It is free while assigned and billed
/// while not. <https://docs.digitalocean.com/products/networking/reserved-ips/details/pricing/>
pub(super) fn unassigned_reserved_ip(subject: &Subject<'_>) -> Option<RuleMatch> {
    let is_unassigned = subject.resource.facts.status.as_deref() == Some("unassigned");
    let why = "The reserved IP is assigned to no droplet: it is billed only while that is so.";
    is_unassigned.then(|| RuleMatch::new(why).saving(subject.resource))
}

/// A load balancer without any backend. DigitalOcean fills in the droplets of a load balancer with
/// a tag only after it has been created. A global load balancer may have other load balancers
/// behind it instead of droplets.
pub(super) fn load_balancer_without_backends(subject: &Subject<'_>) -> Option<RuleMatch> {
    let facts = &subject.resource.facts;
    let attrs = &facts.attrs;
    if facts.status.as_deref() == Some("new") {
        return None;
    }
    let balancers = texts(attrs, "target_load_balancer_ids").unwrap_or_default();
    if !texts(attrs, "droplet_ids")?.is_empty() || !balancers.is_empty() {
        return None;
    }
    let why = match attrs.get("tag").and_then(|tag| tag.as_str()).filter(|tag| !tag.is_empty()) {
        Some(tag) => format!("No droplet has the tag {tag}, so nothing is behind the load balancer."),
        None => "No droplet is behind the load balancer.".to_owned(),
    };
    Some(RuleMatch::new(why).saving(subject.resource))
}
