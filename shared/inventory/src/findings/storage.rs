//! Rules for volumes and snapshots.

use chrono::TimeDelta;
use serde_json::Value;

use super::context::texts;
use super::finding::{RuleMatch, days, in_days};
use super::rule::Subject;

/// The age from which a snapshot counts as old.
const OLD: TimeDelta = TimeDelta::days(90);

/// A volume that is attached to no droplet. It costs as much as an attached one.
/// <https://docs.digitalocean.com/products/volumes/details/pricing/>
pub(super) fn unattached_volume(subject: &Subject<'_>) -> Option<RuleMatch> {
    let facts = &subject.resource.facts;
    if !texts(&facts.attrs, "droplet_ids")?.is_empty() {
        return None;
    }
    let size = size(subject).map(|size| format!(" of {size} GiB")).unwrap_or_default();
    let why = format!("The volume{size} is attached to no droplet, and is billed all the same.");
    Some(RuleMatch::new(why).saving(subject.resource))
}

/// An old snapshot. Automatic backups are a kind of their own, and DigitalOcean deletes them by
/// itself.
pub(super) fn old_snapshot(subject: &Subject<'_>) -> Option<RuleMatch> {
    let made = subject.resource.facts.created_at?;
    let age = subject.now - made;
    if age <= OLD {
        return None;
    }
    let of = subject.resource.facts.parent.as_ref();
    let of = of.map(|parent| format!(" of {} {}", parent.kind, parent.provider_id)).unwrap_or_default();
    let size = size(subject).map(|size| format!(" of {size} GB")).unwrap_or_default();
    let why = format!(
        "The snapshot{size} was taken{of} {} ago; those older than {} are seldom needed.",
        in_days(days(age)),
        in_days(OLD.num_days())
    );
    Some(RuleMatch::new(why).saving(subject.resource).since(made + OLD))
}

fn size(subject: &Subject<'_>) -> Option<String> {
    match subject.resource.facts.attrs.get("size_gigabytes")? {
        Value::Number(size) => Some(size.to_string()),
        Value::String(size) => Some(size.clone()),
        _ => None,
    }
}
