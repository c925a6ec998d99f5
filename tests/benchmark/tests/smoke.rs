//! Runs the whole benchmark with a small account, a short invoice and a few sagas: its checks must
//! pass here, too.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on, helpers included")]

use std::process::Command;

use serde_json::Value;

/// Runs the benchmark with one option and returns its JSON output, which must have no violations.
fn measured(option: &str, size: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_benchmark")).args([option, size, "--json"]).output().unwrap();
    let progress = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{progress}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["violations"], Value::Array(Vec::new()));
    report
}

#[test]
fn a_short_invoice_passes_all_checks() {
    let invoice = &measured("--invoice", "2000")["invoice"];
    let pages = ["first", "again", "killed", "resumed"].map(|run| invoice[run]["pages"].as_u64().unwrap());
    assert_eq!((pages[0], pages[1], pages[2] + pages[3]), (20, 0, 20), "{invoice}");
    assert!(pages[2] > 5 && pages[3] > 5, "{invoice}");
    // The requests are ten pages of JSON items, the CSV and the summary.
    assert_eq!(invoice["first"]["requests"], 12, "{invoice}");
    assert_eq!(invoice["reading"]["rows"], 2_000);
}

#[test]
fn a_few_sagas_pass_all_checks() {
    let sagas = &measured("--sagas", "20")["sagas"];
    let (succeeded, rolled_back) = (&sagas["succeeded"], &sagas["rolled_back"]);
    assert_eq!(
        (&succeeded["statuses"]["succeeded"], &rolled_back["statuses"]["rolled_back"]),
        (&20.into(), &20.into())
    );
    let of = |run: &Value, method: &str| -> u64 {
        let calls = run["calls"].as_object().unwrap().iter().filter(|(kind, _)| kind.starts_with(method));
        calls.map(|(_, times)| times.as_u64().unwrap()).sum()
    };
    let writes = |run: &Value| ["POST", "PUT", "DELETE"].map(|method| of(run, method));
    // Each saga creates two records and changes one; compensation deletes two and changes one back.
    assert_eq!((writes(succeeded), writes(rolled_back)), ([40, 20, 0], [40, 40, 40]), "{sagas}");
    assert_eq!(succeeded["replayed"], 2, "{sagas}");
}

#[test]
fn a_small_account_passes_all_checks() {
    let report = measured("--resources", "100");
    let [account] = &report["accounts"].as_array().unwrap()[..] else { panic!("{report}") };
    let [discover, unchanged, changed] = &account["passes"].as_array().unwrap()[..] else { panic!("{account}") };
    let of = |pass: &Value, worker: &str| -> Value {
        pass["runs"].as_array().unwrap().iter().find(|run| run["worker"] == worker).unwrap().clone()
    };
    let receipt = |pass: &Value| of(pass, "droplets")["receipts"][0].clone();
    // The pages are that of the droplets and the empty one of the GPU droplets.
    assert_eq!((&receipt(discover)["pages"], &receipt(discover)["changes"]), (&2.into(), &24.into()));
    assert_eq!((&receipt(unchanged)["changes"], &changed["changed"]), (&0.into(), &1.into()));
    // The baseline writes every resource; the mirror writes its lease, its receipt and one
    // reservation of requests.
    assert_eq!(account["baseline"]["table"]["writes"], 24);
    assert_eq!(of(unchanged, "droplets")["table"]["writes"], 3);
    assert!(of(unchanged, "droplets")["metrics"].as_array().unwrap().len() > 3, "{unchanged}");

    let [bill] = &report["bills"].as_array().unwrap()[..] else { panic!("{report}") };
    let items = bill["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["quantity"].as_f64().unwrap() > 0.0), "{items:?}");
}
