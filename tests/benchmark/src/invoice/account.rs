//! The account that receives the invoice: pure functions from a number of lines to the simulator's
//! seed and the resources of the mirror.

use anyhow::Result;
use billing::csv::Rows;
use chrono::{DateTime, Utc};
use domain::billing::{Charge, Period};
use domain::{AccountId, InvoiceUuid, Kind, ProviderId, Resource, ResourceFacts, ResourceKey};
use serde_json::{Value, json};

use crate::account::{HOURLY_LIMIT, NAME, TOKEN};

/// DigitalOcean's id of the invoice.
const UUID: &str = "0f6c8f1e-7c6b-4d0a-9a55-5f9d3c1b2a47";
/// The month that the invoice is for.
const MONTH: &str = "2026-04";
/// The creation time of every resource on the invoice, well before its month.
const CREATED: &str = "2026-01-01T00:00:00Z";
/// The number of lines for each one whose resource the mirror has: 5,000 of 100,000.
const ONE_IN: usize = 20;
/// The number that the simulator adds to a line's number to form the id of its droplet.
const FIRST_ID: u64 = 500_000_000;
/// The products whose description names a resource, and the kind of that resource.
static OWNERS: [(&str, Kind); 5] = [
    ("Droplets", Kind::from_static("droplet")),
    ("Droplet Backups", Kind::from_static("droplet")),
    ("Droplet Snapshots", Kind::from_static("snapshot")),
    ("Volumes", Kind::from_static("volume")),
    ("Load Balancers", Kind::from_static("load_balancer")),
];

/// Returns the invoice's id and its month.
pub(crate) fn invoice() -> Result<(InvoiceUuid, Period)> {
    Ok((InvoiceUuid::new(UUID)?, Period::new(MONTH)?))
}

/// Returns the simulator's seed: an invoice of so many lines, and nothing else.
pub(crate) fn seed(lines: u32) -> Value {
    let invoice = json!({ "invoice_uuid": UUID, "invoice_period": MONTH, "generate": { "lines": lines, "seed": 4 } });
    json!({ "accounts": { NAME: {
        "tokens": { "billing": { "value": TOKEN, "scopes": "all" } },
        "limits": { "hourly": HOURLY_LIMIT },
        "invoices": [invoice],
    } } })
}

/// Returns the resources that the mirror has: those of every twentieth line of the invoice.
pub(crate) fn known(csv: &[u8]) -> Result<Vec<Resource>> {
    let mut known = Vec::new();
    for charge in Rows::new(csv)?.step_by(ONE_IN) {
        known.extend(owner(&charge?)?);
    }
    Ok(known)
}

/// Returns the resource that a line charges for; none if its product names no resource.
fn owner(charge: &Charge) -> Result<Option<Resource>> {
    let Some((_, kind)) = OWNERS.iter().find(|(product, _)| *product == charge.product) else { return Ok(None) };
    let description = charge.description.as_str();
    let name = description.split_once(" (").map_or(description, |(name, _)| name);
    // `web-00017.t123.example-data` is on line 17.
    let digits: String = name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let provider_id = ProviderId::new((FIRST_ID + digits.parse::<u64>()?).to_string())?;
    let created: DateTime<Utc> = CREATED.parse()?;
    let facts = ResourceFacts { name: name.to_owned(), created_at: Some(created), ..ResourceFacts::default() };
    Ok(Some(Resource {
        key: ResourceKey { account: AccountId::new(NAME)?, kind: kind.clone(), provider_id },
        fingerprint: facts.fingerprint(),
        facts,
        version: 1,
        incarnation: 1,
        project_id: None,
        attribution: None,
        project_history: Vec::new(),
        tenant_claims: Vec::new(),
        first_seen_at: created,
        last_seen_at: created,
        strikes: None,
        deleted_at: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simulator_accepts_the_seed() {
        digitalocean_sim::Seed::from_value(seed(100)).unwrap();
    }

    #[test]
    fn a_line_charges_for_the_resource_in_its_description() {
        let csv = "product,description,USD\n\
                   Droplets,web-00017.t123.example (s-1vcpu-1gb),$6.00\n\
                   Load Balancers,web-00018.t007.example-lb,$6.00\n\
                   Uptime Health Check,Additional uptime check,$1.00\n";
        let owners = Rows::new(csv.as_bytes()).unwrap().map(|charge| owner(&charge.unwrap()).unwrap());
        let named: Vec<_> = owners
            .map(|owner| owner.map(|row| format!("{} {} {}", row.key.kind, row.key.provider_id, row.facts.name)))
            .collect();
        let expected =
            ["droplet 500000017 web-00017.t123.example", "load_balancer 500000018 web-00018.t007.example-lb"];
        assert_eq!(named, [Some(expected[0].to_owned()), Some(expected[1].to_owned()), None]);
    }
}
