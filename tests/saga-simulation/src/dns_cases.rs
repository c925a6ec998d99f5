//! The DNS acceptance cases. Each case is applied, applied again without effect, and compensated;
//! the zone is then as before, including the TTLs.

use serde_json::{Map, Value, json};

use super::example::{ZONE, record};
use super::run::Run;
use super::scenario::{Scenario, account, request};
use super::simulation::FaultPlan;
use sagas::calls::RecordFields;
use sagas::definition::{StepRequest, validate};
use sagas::record::SagaStatus;
use sagas::steps::STEPS;

const CASES: &str = include_str!("dns_cases.txt");

/// The parts of a record that are written as `name=value`.
const PARTS: [&str; 7] = ["ttl", "priority", "weight", "port", "flags", "tag", "mode"];

/// One line of the file of cases.
struct Case {
    line: &'static str,
    request: StepRequest,
    found: Vec<RecordFields>,
    outcome: &'static str,
    shown: &'static str,
}

/// Parses a record in the notation of the cases: type, name, data, parts.
fn parts(text: &str) -> (String, String, String, Vec<(&str, &str)>) {
    let mut words = text.split_whitespace();
    let record_type = words.next().unwrap().to_owned();
    let name = words.next().unwrap().replace("''", "");
    let (named, data): (Vec<&str>, Vec<&str>) =
        words.partition(|word| word.split_once('=').is_some_and(|(part, _)| PARTS.contains(&part)));
    let named = named.into_iter().filter_map(|word| word.split_once('=')).collect();
    (record_type, name, data.join(" "), named)
}

fn inputs(text: &str, needs_data: bool) -> Value {
    let (record_type, name, data, named) = parts(text);
    let mut inputs = json!({ "dns_domain": ZONE, "dns_record_type": record_type, "dns_record_name": name });
    if needs_data || !data.is_empty() {
        inputs["dns_record_data"] = json!(data);
    }
    for (part, value) in named {
        let key = if part == "mode" { "dns_mode".to_owned() } else { format!("dns_record_{part}") };
        inputs[key] = value.parse::<u64>().map_or_else(|_| json!(value), |number| json!(number));
    }
    inputs
}

fn fields(text: &str) -> RecordFields {
    let (record_type, name, data, named) = parts(text);
    let value = |expected: &str| named.iter().find(|(part, _)| *part == expected).map(|(_, value)| *value);
    let number = |expected: &str| value(expected).map(|value| value.parse().unwrap());
    RecordFields {
        priority: number("priority"),
        port: number("port"),
        weight: number("weight"),
        flags: number("flags"),
        tag: value("tag").map(str::to_owned),
        ..record(&record_type, &name, &data, number("ttl").unwrap())
    }
}

fn records(text: &str) -> Vec<RecordFields> {
    text.split(";;").map(str::trim).filter(|text| !text.is_empty()).map(fields).collect()
}

fn cases() -> impl Iterator<Item = Case> {
    let lines = CASES.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let columns: Vec<&'static str> = line.split('|').map(str::trim).collect();
        let [_, step, requested, found, outcome, shown] = columns[..] else { panic!("{line}") };
        let request = request(&format!("{step}_dns_record"), &inputs(requested, step == "upsert"));
        Case { line, request, found: records(found), outcome, shown }
    })
}

fn run(case: &Case, more: Option<StepRequest>) -> Run {
    let requests = std::iter::once(case.request.clone()).chain(more).collect();
    let scenario = Scenario { name: case.line.to_owned(), requests, records: case.found.clone(), approval: None };
    Run::of(&[scenario], FaultPlan::None, None, 2).run()
}

/// Returns the status of the case's saga, the zone at the end, and the outcomes of its steps.
fn ended(run: &Run) -> (SagaStatus, Vec<String>, Vec<String>) {
    let mut sim = run.simulation.lock();
    let now = sim.now;
    let after = sim.digitalocean.dump(now);
    let record = &sim.table.records[&run.sagas[0]];
    let outcomes = record.state.steps.iter().filter_map(|step| step.outcome.clone()).collect();
    (record.status(), after, outcomes)
}

#[test]
fn every_case_is_applied_once_and_compensated_without_a_trace() {
    let mut count = 0;
    for case in cases().filter(|case| !matches!(case.outcome, "refused" | "wrong")) {
        let Case { line, outcome, shown, .. } = &case;
        let twice = run(&case, Some(case.request.clone()));
        let (status, after, outcomes) = ended(&twice);
        assert_eq!(
            (status, outcomes),
            (SagaStatus::Succeeded, vec![(*outcome).to_owned(), "noop".to_owned()]),
            "{line}"
        );
        let mut expected: Vec<String> =
            records(shown).iter().map(|fields| format!("{ZONE} {}", super::fake_digitalocean::line(fields))).collect();
        expected.sort();
        let new: Vec<String> = after.into_iter().filter(|line| !twice.before.contains(line)).collect();
        assert_eq!(new, expected, "{line}");
        let compensated = run(&case, Some(request("fail", &json!({}))));
        let (status, after, _) = ended(&compensated);
        assert_eq!((status, &after), (SagaStatus::RolledBack, &compensated.before), "{line}");
        count += 1;
    }
    println!("{count} DNS cases were applied, applied again and compensated");
}

#[test]
fn conflicting_records_are_left_unchanged() {
    for case in cases().filter(|case| case.outcome == "refused") {
        let run = run(&case, None);
        let (status, after, _) = ended(&run);
        assert_eq!(
            (status, &after, run.simulation.lock().writes),
            (SagaStatus::RolledBack, &run.before, 0),
            "{}",
            case.line
        );
    }
}

#[test]
fn what_digitalocean_would_refuse_is_refused_before_any_call() {
    for case in cases().filter(|case| case.outcome == "wrong") {
        let errors = validate(&STEPS, &account(), &[case.request], &Map::new()).unwrap_err();
        let found: Vec<&str> =
            errors.iter().map(|error| error.pointer.strip_prefix("#/steps/0/inputs/").unwrap()).collect();
        assert_eq!(found, case.shown.split_whitespace().collect::<Vec<_>>(), "{}: {errors:?}", case.line);
    }
}

/// A step may replace only as many records as fit in the saga's record.
#[test]
fn a_step_replaces_no_more_records_than_its_saga_can_store() {
    for (step, text, replaced, outcome) in [
        ("upsert_dns_record", "A app 192.0.2.7 mode=replace", 21, SagaStatus::Succeeded),
        ("upsert_dns_record", "A app 192.0.2.7 mode=replace", 22, SagaStatus::RolledBack),
        ("delete_dns_record", "A app mode=replace", 20, SagaStatus::Succeeded),
        ("delete_dns_record", "A app mode=replace", 21, SagaStatus::RolledBack),
    ] {
        let found = (0..replaced).map(|n| record("A", "app", &format!("192.0.2.{}", 100 + n), 60)).collect();
        let request = request(step, &inputs(text, step == "upsert_dns_record"));
        let run = run(&Case { line: text, request, found, outcome: "", shown: "" }, None);
        assert_eq!(ended(&run).0, outcome, "{step} of {replaced}");
    }
}

/// Case 33: the zone has `total` records, and the requested one is among them.
#[test]
fn a_record_is_found_in_a_zone_of_many_pages() {
    let records_of_every_zone = 6;
    for total in [19, 20, 21, 199, 200, 201, 401] {
        let mut found: Vec<RecordFields> = (0..total - records_of_every_zone - 1)
            .map(|n| record("A", &format!("host-{n}"), "192.0.2.1", 60))
            .collect();
        found.push(record("A", "app", "192.0.2.1", 60));
        let request = request("upsert_dns_record", &inputs("A app 192.0.2.1", true));
        let case = Case { line: "33", request, found, outcome: "noop", shown: "" };
        let run = run(&case, None);
        assert_eq!(run.before.len() - 1, total, "a snapshot is in the dump as well");
        assert_eq!(ended(&run), (SagaStatus::Succeeded, run.before.clone(), vec!["noop".to_owned()]), "{total}");
    }
}
