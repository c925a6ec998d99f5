//! Generators of invoices and inventories, with few different names, so that lines match resources
//! often.

use billing::classify::RULES;
use billing::matching::{Inventory, MatchCandidate};
use chrono::{DateTime, TimeDelta, Utc};
use domain::billing::{Charge, ItemId};
use domain::{Kind, Money, ProviderId};
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "(web|db|Web)-0[12](.example)?",
        "(web|db)-01(-2026-04-0[12]|-final| copy|-17750088110[01]0|-2026)?",
        Just("198.18.20.7".to_owned()),
        "\\PC{0,8}",
    ]
}

fn id() -> impl Strategy<Value = ProviderId> {
    prop_oneof![
        (1u32..6).prop_map(|id| id.to_string()),
        (1u32..6).prop_map(|id| format!("00000000-0000-4000-8000-00000000000{id}"))
    ]
    .prop_map(|id| ProviderId::new(id).unwrap())
}

/// Generates a time around April 2026.
fn time() -> impl Strategy<Value = DateTime<Utc>> {
    let april: DateTime<Utc> = "2026-04-01T00:00:00Z".parse().unwrap();
    (-20i64..50, 0i64..86_400)
        .prop_map(move |(days, seconds)| april + TimeDelta::days(days) + TimeDelta::seconds(seconds))
}

fn product() -> impl Strategy<Value = String> {
    let known = (0..RULES.len()).prop_map(|at| format!("{}s", RULES[at].product));
    prop_oneof![4 => known, 1 => "[A-Z][a-z]{2,6} (Droplet|Volume|Snapshot|Tax|Thing)s?"]
}

fn description() -> impl Strategy<Value = String> {
    let end = prop_oneof![
        Just(""),
        Just(" (s-1vcpu-1gb)"),
        Just(" (Weekly Backup Services)"),
        Just(" (ams3) 4.02GB Droplet Snapshot"),
    ];
    (name(), end).prop_map(|(name, end)| format!("{name}{end}"))
}

pub(crate) fn charge() -> impl Strategy<Value = Charge> {
    let words = (product(), option::of(name()), description(), option::of("(Shop|Bakery)"));
    let figures =
        (option::of(0u32..745), option::of(time()), option::of(time()), -100_000_000i64..100_000_000, 0u32..7);
    (words, figures).prop_map(|((product, group_description, description, project_name), figures)| {
        let (hours, start, end, units, scale) = figures;
        Charge {
            product,
            group_description,
            description,
            hours: hours.map(Decimal::from),
            start,
            end,
            amount: Money::usd(Decimal::new(units, scale)),
            project_name,
            category: None,
        }
    })
}

/// Generates charges, some of them twice.
pub(crate) fn charges() -> impl Strategy<Value = Vec<Charge>> {
    prop::collection::vec((charge(), 1usize..3), 0..10).prop_map(|charges| {
        charges.into_iter().flat_map(|(charge, times)| std::iter::repeat_n(charge, times)).collect()
    })
}

pub(crate) fn item_id() -> impl Strategy<Value = ItemId> {
    (option::of(id()), option::of(id())).prop_map(|(resource_id, resource_uuid)| ItemId { resource_id, resource_uuid })
}

pub(crate) fn inventory() -> impl Strategy<Value = Inventory> {
    let kind = (0..RULES.len()).prop_map(|at| RULES[at].kind.clone());
    let parent = option::of(prop_oneof![Just(Kind::from_static("droplet")), Just(Kind::from_static("volume"))]);
    let known = (kind, id(), name(), option::of(time()), option::of(time()), parent).prop_map(
        |(kind, provider_id, name, created_at, deleted_at, parent_kind)| MatchCandidate {
            kind,
            provider_id,
            name,
            created_at,
            deleted_at,
            parent_kind,
        },
    );
    prop::collection::vec(known, 0..40).prop_map(|known| known.into_iter().collect())
}
