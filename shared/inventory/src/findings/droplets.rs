//! Rules for droplets.

use super::context::texts;
use super::finding::RuleMatch;
use super::rule::Subject;

/// The tag that DigitalOcean gives every node of a Kubernetes cluster.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Kubernetes>
const KUBERNETES_NODE: &str = "k8s";

/// A droplet that is powered off: its disk, memory and addresses stay reserved and billed until it
/// is destroyed. <https://docs.digitalocean.com/products/droplets/details/pricing/>
pub(super) fn powered_off(subject: &Subject<'_>) -> Option<RuleMatch> {
    let facts = &subject.resource.facts;
    if facts.status.as_deref() != Some("off") {
        return None;
    }
    let size = facts.attrs.get("size").and_then(|size| size.as_str());
    let size = size.map(|size| format!(" ({size})")).unwrap_or_default();
    let why = format!("The droplet is powered off, and its size{size} is billed as if it ran.");
    Some(RuleMatch::new(why).saving(subject.resource))
}

/// A droplet without automatic backups. The nodes of a Kubernetes cluster are exempt, because they
/// are replaced, not restored.
pub(super) fn without_backups(subject: &Subject<'_>) -> Option<RuleMatch> {
    let facts = &subject.resource.facts;
    if !is_in_use(subject) || facts.tags.iter().any(|tag| tag == KUBERNETES_NODE) {
        return None;
    }
    let has_backups = texts(&facts.attrs, "features")?.iter().any(|feature| feature == "backups");
    (!has_backups).then(|| RuleMatch::new("Automatic backups of the droplet are not enabled."))
}

/// A droplet that no cloud firewall covers, neither by its id nor by a tag.
pub(super) fn without_firewall(subject: &Subject<'_>) -> Option<RuleMatch> {
    if !is_in_use(subject) || subject.context.has_firewall(subject.resource) {
        return None;
    }
    let addresses = texts(&subject.resource.facts.attrs, "public_addresses").unwrap_or_default();
    Some(RuleMatch::new(match addresses.as_slice() {
        [] => "No cloud firewall covers the droplet, neither by its id nor by a tag.".to_owned(),
        addresses => format!(
            "No cloud firewall covers the droplet, neither by its id nor by a tag; it has the public {} {}.",
            if addresses.len() == 1 { "address" } else { "addresses" },
            addresses.join(", ")
        ),
    }))
}

/// Returns true if the droplet is running or powered off. A droplet that is being created (`new`)
/// does not have all its settings yet, and an archived one is no longer in use.
fn is_in_use(subject: &Subject<'_>) -> bool {
    matches!(subject.resource.facts.status.as_deref(), Some("active" | "off"))
}
