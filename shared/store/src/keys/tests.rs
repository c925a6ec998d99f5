use chrono::DateTime;
use domain::billing::Period;
use domain::{AccountId, InvoiceUuid, Kind, ProjectId, ProviderId, ResourceKey, RunId, TenantId};

use super::*;

fn key(kind: &str, id: &str) -> ResourceKey {
    ResourceKey {
        account: AccountId::new("demo").unwrap(),
        kind: Kind::new(kind).unwrap(),
        provider_id: ProviderId::new(id).unwrap(),
    }
}

#[test]
fn keys_have_the_documented_format() {
    let droplet = key("droplet", "3164444");
    let project = ProjectId::new("4e1bfbc3").unwrap();
    let at = DateTime::parse_from_rfc3339("2026-04-12T08:00:00.5Z").unwrap().to_utc();
    let (april, uuid) = (Period::containing(at.date_naive()), InvoiceUuid::new("22737513-0ea7").unwrap());
    let shown = [
        account(&droplet.account),
        super::project(&droplet.account, &project),
        sync_state(&droplet.account, &droplet.kind),
        receipt(&droplet.account, &droplet.kind, at, &RunId::new("r1").unwrap()),
        resource(&droplet),
        resource_gsi1(&droplet, &project),
        event(&droplet, 12),
        event_gsi1(&droplet, at, 12),
        project_gsi1(&TenantId::new("acme").unwrap(), &droplet.account, &project),
        claim(&TenantId::new("acme").unwrap(), &droplet),
        expected_change(&droplet, "s1"),
        balance(&droplet.account, at),
        invoice(&droplet.account, april, &uuid),
        invoice_gsi1(&droplet.account, april, &uuid),
        lines(&droplet.account, &uuid, 3, 12),
        budget("8f14e45fceea167a"),
        audit(at, "x"),
    ]
    .map(|key| key.to_string());
    let expected = [
        "ACCOUNT#demo / ACCOUNT",
        "ACCOUNT#demo / PROJECT#4e1bfbc3",
        "ACCOUNT#demo / SWEEP#droplet",
        "SWEEP#demo#droplet / 2026-04-12T08:00:00.500Z#r1",
        "KIND#demo#droplet / 3164444",
        "PROJECT#demo#4e1bfbc3 / droplet#3164444",
        "RESOURCE#demo#droplet#3164444 / EVENT#0000000012",
        "EVENTS#demo#2026-04-12 / 2026-04-12T08:00:00.500Z#droplet#3164444#0000000012",
        "TENANT#acme / PROJECT#demo#4e1bfbc3",
        "TENANT#acme / CLAIM#demo#droplet#3164444",
        "EXPECTED#demo#droplet / 3164444#s1",
        "BALANCE#demo / 2026-04-12T08:00:00.500Z",
        "INVOICES#demo / 2026-04#22737513-0ea7",
        "PERIOD#2026-04 / demo#22737513-0ea7",
        "LINES#demo#22737513-0ea7#3 / 000012",
        "BUDGET#8f14e45fceea167a / BUDGET",
        "AUDIT#2026-04 / 2026-04-12T08:00:00.500Z#x",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn a_project_sort_key_can_be_parsed_with_any_id() {
    for id in ["3164444", "2a03:b0c0::1", "odd#id"] {
        let sort_key = project_sort_key(&Kind::from_static("floating_ip"), id);
        let (kind, provider_id) = parse_project_sort_key(&sort_key).unwrap();
        assert_eq!((kind.as_str(), provider_id.as_str()), ("floating_ip", id));
    }
}
