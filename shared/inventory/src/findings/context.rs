//! What rules ask of an account beyond the resource they look at.

use std::collections::BTreeSet;

use domain::Resource;
use serde_json::{Map, Value};

use crate::kinds::{self, MirroredKind};

/// What rules ask of the rest of an account, whoever's it is. Kept is what they ask and no more: nothing of another's can get into a
/// finding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleContext {
    /// Droplets that a firewall names.
    firewalled: BTreeSet<String>,
    /// Tags whose droplets a firewall covers.
    firewalled_tags: BTreeSet<String>,
}

impl RuleContext {
    /// The kinds that must be noted before a rule that rests on them is judged.
    pub const KINDS: &[&'static dyn MirroredKind] = &[&kinds::FIREWALL];

    /// Notes a live resource of one of [`RuleContext::KINDS`]. One that a sweep missed counts until it is found gone.
    pub fn note(&mut self, resource: &Resource) {
        if resource.key.kind == kinds::FIREWALL.kind() {
            self.firewalled.extend(texts(&resource.facts.attrs, "droplet_ids").unwrap_or_default());
            self.firewalled_tags.extend(resource.facts.tags.iter().cloned());
            self.firewalled_tags.extend(texts(&resource.facts.attrs, "tags").unwrap_or_default());
        }
    }

    /// Whether a firewall covers the droplet: by its id, or by one of its tags.
    pub(super) fn has_firewall(&self, droplet: &Resource) -> bool {
        self.firewalled.contains(droplet.key.provider_id.as_str())
            || droplet.facts.tags.iter().any(|tag| self.firewalled_tags.contains(tag))
    }
}

/// A list of `attrs`, each item as text; `None` where there is no such list, which says nothing of what would be in it.
pub(super) fn texts(attrs: &Map<String, Value>, field: &str) -> Option<Vec<String>> {
    let items = attrs.get(field)?.as_array()?;
    Some(items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned)).collect())
}
