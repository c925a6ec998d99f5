use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{check, now, price_and_since};

fn certificate(kind: &str, hours_left: i64) -> Value {
    json!({ "price_monthly": null, "attrs": { "type": kind, "not_after": now() + TimeDelta::hours(hours_left) } })
}

#[test]
fn a_certificate_that_should_have_been_renewed_is_found() {
    let custom = |ends: &str| Some(format!("The certificate {ends}; a custom certificate is not renewed by itself."));
    let renewed = |ends: &str| Some(format!("The certificate {ends}; DigitalOcean should have renewed it by now."));
    let cases = [
        (certificate("custom", 24 * 30 + 1), None),
        (certificate("custom", 24 * 30), custom("ends in 30 days, on 2026-12-25")),
        (certificate("custom", 25), custom("ends in 1 day, on 2026-11-26")),
        (certificate("custom", 1), custom("ends in less than a day, on 2026-11-25")),
        (certificate("custom", -49), custom("ended 2 days ago, on 2026-11-23")),
        // DigitalOcean renews these certificates, so the same number of days is no finding yet.
        (certificate("lets_encrypt", 24 * 30), None),
        (certificate("lets_encrypt", 24 * 14 + 1), None),
        (certificate("lets_encrypt", 24 * 14), renewed("ends in 14 days, on 2026-12-09")),
        (certificate("lets_encrypt", -1), renewed("ended less than a day ago, on 2026-11-25")),
        (json!({ "attrs": { "type": "custom" } }), None),
        (json!({ "attrs": { "type": "custom", "not_after": "soon" } }), None),
    ];
    let cases: Vec<_> = cases.iter().map(|(facts, why)| (facts.clone(), why.as_deref())).collect();
    check("certificate_near_expiry", "certificate", &cases);
}

#[test]
fn the_finding_holds_since_the_renewal_period_began() {
    let found = |kind, hours| price_and_since("certificate_near_expiry", "certificate", certificate(kind, hours));
    assert_eq!(found("custom", 24 * 29), (None, Some(now() - TimeDelta::days(1))));
    assert_eq!(found("lets_encrypt", 24 * 13), (None, Some(now() - TimeDelta::days(1))));
}
