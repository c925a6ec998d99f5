//! Rules for certificates.

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::{RuleMatch, days, in_days};
use super::rule::Subject;

/// DigitalOcean renews Let's Encrypt certificates well before they expire. If less than this is
/// left, the renewal has failed.
const RENEWAL_FAILED: TimeDelta = TimeDelta::days(14);
/// The time that the owner of a custom certificate may need to renew it.
const TIME_TO_RENEW: TimeDelta = TimeDelta::days(30);

/// A certificate that expires soon or has expired.
/// <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Certificates>
pub(super) fn near_expiry(subject: &Subject<'_>) -> Option<RuleMatch> {
    let attrs = &subject.resource.facts.attrs;
    let not_after = attrs.get("not_after")?.as_str()?;
    let not_after = DateTime::parse_from_rfc3339(not_after).ok()?.to_utc();
    let renews_itself = attrs.get("type").and_then(|kind| kind.as_str()) == Some("lets_encrypt");
    let (period, explanation) = if renews_itself {
        (RENEWAL_FAILED, "DigitalOcean should have renewed it by now")
    } else {
        (TIME_TO_RENEW, "a custom certificate is not renewed by itself")
    };
    let since = not_after - period;
    if subject.now < since {
        return None;
    }
    Some(RuleMatch::new(format!("The certificate {}; {explanation}.", ends(not_after, subject.now))).since(since))
}

fn ends(not_after: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (date, left) = (not_after.format("%Y-%m-%d"), not_after - now);
    if left <= TimeDelta::zero() {
        return format!("ended {} ago, on {date}", in_days(days(-left)));
    }
    format!("ends in {}, on {date}", in_days(days(left)))
}
