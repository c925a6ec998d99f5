//! The facts that rules need about an account besides the resource that they check.

use std::collections::BTreeSet;

use domain::Resource;
use serde_json::{Map, Value};

use crate::kind::MirroredKind;
use crate::kinds;

/// The facts that rules need about other resources of the account, whichever tenant owns them. Only
/// the facts that a rule needs are kept, so that no other data of another tenant can get into a
/// finding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleContext {
    /// Ids of droplets that a firewall lists.
    firewalled: BTreeSet<String>,
    /// Tags whose droplets a firewall covers.
    firewalled_tags: BTreeSet<String>,
}

impl RuleContext {
    /// The kinds that must be added before a rule that depends on them is evaluated.
    pub const KINDS: &[&'static MirroredKind] = &[&kinds::FIREWALL];

    /// Adds the facts of a live resource, if it is of one of [`RuleContext::KINDS`]. A resource
    /// that a sweep did not list counts until it is recorded as deleted.
    pub fn note(&mut self, resource: &Resource) {
        if resource.key.kind == kinds::FIREWALL.kind() {
            self.firewalled.extend(texts(&resource.facts.attrs, "droplet_ids").unwrap_or_default());
            self.firewalled_tags.extend(resource.facts.tags.iter().cloned());
            self.firewalled_tags.extend(texts(&resource.facts.attrs, "tags").unwrap_or_default());
        }
    }

    /// Returns true if a firewall covers the droplet, by its id or by one of its tags.
    pub(super) fn has_firewall(&self, droplet: &Resource) -> bool {
        self.firewalled.contains(droplet.key.provider_id.as_str())
            || droplet.facts.tags.iter().any(|tag| self.firewalled_tags.contains(tag))
    }
}

/// Returns a list in `attrs`, each item as text. `None` if there is no such list, from which
/// nothing can be concluded.
pub(super) fn texts(attrs: &Map<String, Value>, field: &str) -> Option<Vec<String>> {
    let items = attrs.get(field)?.as_array()?;
    Some(items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect())
}
