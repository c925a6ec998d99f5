use std::collections::BTreeSet;

use domain::{ProviderId, Resource};
use inventory::findings::RULES;
use serde_json::json;

use crate::{find, resource};

#[test]
fn the_most_expensive_finding_comes_first_and_one_without_price_last() {
    let off = |id: &str, price: Option<&str>| {
        let price = price.map(|amount| json!({ "amount": amount, "currency": "USD" }));
        let mut droplet: Resource = resource("droplet", json!({ "status": "off", "price_monthly": price }));
        droplet.key.provider_id = ProviderId::new(id).unwrap();
        find("powered_off_droplet", &droplet).unwrap()
    };
    let mut found = [
        off("1", None),
        off("2", Some("9.00")),
        off("4", Some("48.00")),
        off("3", Some("48.0")),
        off("5", Some("0.1416")),
    ];
    found.sort_by(|a, b| a.order().cmp(&b.order()));
    assert_eq!(found.map(|finding| finding.key.provider_id.to_string()), ["3", "4", "2", "5", "1"]);
}

#[test]
fn a_finding_has_the_name_and_the_age_of_its_resource() {
    let found = find("powered_off_droplet", &resource("droplet", json!({ "status": "off" }))).unwrap();
    assert_eq!((found.rule, found.name.as_str(), found.age_days), ("powered_off_droplet", "one", Some(10)));
    let ageless = resource("droplet", json!({ "status": "off", "created_at": null }));
    assert_eq!(find("powered_off_droplet", &ageless).unwrap().age_days, None);
}

#[test]
fn rule_names_are_unique() {
    let names: BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), RULES.len());
}
