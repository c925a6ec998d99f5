//! The account whose records the sagas change, and the steps of each saga: pure functions of
//! numbers.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use clap::ValueEnum;
use sagas::definition::StepRequest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::account::{HOURLY_LIMIT, NAME, TOKEN};

/// The number of records that a saga writes, with one step for each.
pub(crate) const STEPS: u32 = 3;
/// The number of sagas that share a zone. The zone is then as long as a customer's, and its list
/// fits on one page.
const SAGAS_OF_A_ZONE: u32 = 10;
/// The first address before the sagas run; each saga adds its number.
const OLD: u32 = 0x0a00_0000;
/// The first address after the sagas ran; each saga adds its number.
const NEW: u32 = 0x0b00_0000;
/// The time to live before a saga runs, in seconds.
const OLD_TTL: u32 = 1_800;
/// The time to live after a saga ran, in seconds.
const NEW_TTL: u32 = 300;

/// The intended ending of the sagas of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// Every step succeeds, and no fault is injected.
    Succeeded,
    /// The step after the last record fails.
    RolledBack,
}

/// Returns the simulator's seed: zones in which the second of each saga's records exists already,
/// with other data and another TTL.
pub(crate) fn seed(sagas: u32) -> Value {
    let zones = (0..sagas.div_ceil(SAGAS_OF_A_ZONE)).map(|zone| {
        let here = (zone * SAGAS_OF_A_ZONE)..sagas.min((zone + 1) * SAGAS_OF_A_ZONE);
        let both = here.flat_map(|saga| [Ending::Succeeded, Ending::RolledBack].map(|ending| (saga, ending)));
        let records: Vec<Value> = both
            .map(|(saga, ending)| {
                let data = address(OLD, saga);
                json!({ "type": "A", "name": name(saga, 1, ending), "data": data, "ttl": OLD_TTL })
            })
            .collect();
        json!({ "name": zone_name(zone), "records": records })
    });
    json!({ "accounts": { NAME: {
        "tokens": { "provisioning": { "value": TOKEN, "scopes": "all" } },
        "limits": { "hourly": HOURLY_LIMIT },
        "domains": zones.collect::<Vec<_>>(),
    } } })
}

/// Returns the steps of a saga: one record is created, one changed and one created; if the saga is
/// to be rolled back, a step that fails follows.
pub(crate) fn steps(saga: u32, ending: Ending) -> Vec<StepRequest> {
    let upserts = (0..STEPS).map(|step| {
        let inputs = [
            ("dns_domain", json!(zone_name(saga / SAGAS_OF_A_ZONE))),
            ("dns_record_type", json!("A")),
            ("dns_record_name", json!(name(saga, step, ending))),
            ("dns_record_data", json!(address(NEW, saga))),
            ("dns_record_ttl", json!(NEW_TTL)),
        ];
        let inputs = inputs.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
        StepRequest { step: "upsert_dns_record".to_owned(), inputs }
    });
    let fail = (ending == Ending::RolledBack).then(|| StepRequest { step: "fail".to_owned(), inputs: Map::new() });
    upserts.chain(fail).collect()
}

/// Counts the differences after so many sagas succeeded, from the account's state before and after:
/// records that are missing, and records that should not exist.
pub(super) fn leftovers(sagas: u32, before: &Value, after: &Value) -> usize {
    let mut expected = records(before);
    for saga in 0..sagas {
        let zone = zone_name(saga / SAGAS_OF_A_ZONE);
        let record = |step: u32, data: u32, ttl: u32| {
            line(&zone, &name(saga, step, Ending::Succeeded), "A", &address(data, saga), ttl.into())
        };
        expected.remove(&record(1, OLD, OLD_TTL));
        expected.extend((0..STEPS).map(|step| record(step, NEW, NEW_TTL)));
    }
    expected.symmetric_difference(&records(after)).count()
}

/// Returns every record of the account's state, each as a line with all compared fields.
fn records(state: &Value) -> BTreeSet<String> {
    let records = state["domain_records"].as_array().into_iter().flatten();
    records
        .map(|record| {
            let text = |field: &str| record[field].as_str().unwrap_or_default();
            line(text("domain"), text("name"), text("type"), text("data"), record["ttl"].as_u64().unwrap_or_default())
        })
        .collect()
}

fn line(zone: &str, name: &str, record_type: &str, data: &str, ttl: u64) -> String {
    format!("{zone} {name} {record_type} {data} {ttl}")
}

fn zone_name(zone: u32) -> String {
    format!("zone-{zone:05}.example")
}

/// Returns the name of a record. Sagas that succeed and sagas that are rolled back use different
/// names.
fn name(saga: u32, step: u32, ending: Ending) -> String {
    let kept = match ending {
        Ending::Succeeded => "kept",
        Ending::RolledBack => "undone",
    };
    format!("{kept}-{saga:06}-{step}")
}

fn address(first: u32, saga: u32) -> String {
    Ipv4Addr::from(first + saga).to_string()
}

#[cfg(test)]
mod tests {
    use digitalocean_sim::{Seed, Simulator};
    use domain::AccountId;
    use sagas::definition::validate;
    use sagas::steps;

    use super::*;

    #[tokio::test]
    async fn the_simulator_accepts_the_seed_and_differences_are_counted() {
        let sim = Simulator::builder().seed(Seed::from_value(seed(12)).unwrap()).start().await.unwrap();
        let before = sim.account(NAME).state();
        assert_eq!(before["domains"].as_array().unwrap().len(), 2);
        assert_eq!(leftovers(0, &before, &before), 0);
        // One saga has not run: two records and one new value are missing, and one old value still
        // exists.
        assert_eq!(leftovers(1, &before, &before), 4);
    }

    #[test]
    fn the_engine_accepts_the_steps() {
        for (ending, count) in [(Ending::Succeeded, 3), (Ending::RolledBack, 4)] {
            let account = AccountId::new(NAME).unwrap();
            let steps = validate(&steps::STEPS, &account, &super::steps(7, ending), &Map::new()).unwrap().steps;
            assert_eq!(steps.len(), count);
        }
    }
}
