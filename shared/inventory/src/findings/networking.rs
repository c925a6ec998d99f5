//! Reserved IPs and load balancers.

use super::Subject;
use super::context::texts;
use super::finding::RuleMatch;

/// A reserved IPv4 that no droplet has: free while in use, billed while not.
/// <https://docs.digitalocean.com/products/networking/reserved-ips/details/pricing/>
pub(super) fn unassigned_reserved_ip(subject: &Subject<'_>) -> Option<RuleMatch> {
    let is_unassigned = subject.resource.facts.status.as_deref() == Some("unassigned");
    let why = "The reserved IP is assigned to no droplet: it is billed only while that is so.";
    is_unassigned.then(|| RuleMatch::new(why).saving(subject.resource))
}

/// A load balancer that sends what it gets nowhere. DigitalOcean fills in the droplets of one that has a tag, once it is made; a global one
/// may have load balancers behind it instead.
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
