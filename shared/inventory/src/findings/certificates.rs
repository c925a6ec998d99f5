//! Certificates.

use chrono::{DateTime, TimeDelta, Utc};

use super::Subject;
use super::finding::{RuleMatch, days, in_days};

/// DigitalOcean renews what Let's Encrypt issued, well before its end: so near to it, that failed.
const RENEWAL_FAILED: TimeDelta = TimeDelta::days(14);
/// A custom certificate is renewed by whoever uploaded it; so long it may take.
const TIME_TO_RENEW: TimeDelta = TimeDelta::days(30);

/// A certificate that ends soon, or has ended. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Certificates>
pub(super) fn near_expiry(subject: &Subject<'_>) -> Option<RuleMatch> {
    let attrs = &subject.resource.facts.attrs;
    let not_after = attrs.get("not_after")?.as_str()?;
    let not_after = DateTime::parse_from_rfc3339(not_after).ok()?.to_utc();
    let renews_itself = attrs.get("type").and_then(|kind| kind.as_str()) == Some("lets_encrypt");
    let (near, then) = if renews_itself {
        (RENEWAL_FAILED, "DigitalOcean should have renewed it by now")
    } else {
        (TIME_TO_RENEW, "a custom certificate is not renewed by itself")
    };
    let since = not_after - near;
    if subject.now < since {
        return None;
    }
    Some(RuleMatch::new(format!("The certificate {}; {then}.", ends(not_after, subject.now))).since(since))
}

fn ends(not_after: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (date, left) = (not_after.format("%Y-%m-%d"), not_after - now);
    if left <= TimeDelta::zero() {
        return format!("ended {} ago, on {date}", in_days(days(-left)));
    }
    format!("ends in {}, on {date}", in_days(days(left)))
}
