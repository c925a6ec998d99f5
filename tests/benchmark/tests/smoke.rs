//! A small account through everything that the benchmark does: what it checks must hold here too.

use std::process::Command;

use serde_json::Value;

#[test]
fn a_small_account_goes_through_everything() {
    let benchmark = env!("CARGO_BIN_EXE_benchmark");
    let output = Command::new(benchmark).args(["--resources", "100", "--json"]).output().unwrap();
    let progress = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{progress}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["violations"], Value::Array(Vec::new()));

    let [account] = &report["accounts"].as_array().unwrap()[..] else { panic!("{report}") };
    let [discover, unchanged, changed] = &account["passes"].as_array().unwrap()[..] else { panic!("{account}") };
    let of = |pass: &Value, worker: &str| -> Value {
        pass["runs"].as_array().unwrap().iter().find(|run| run["worker"] == worker).unwrap().clone()
    };
    let lane = |pass: &Value| of(pass, "droplets")["lanes"][0].clone();
    // A page, and the empty one of the GPU droplets.
    assert_eq!((&lane(discover)["pages"], &lane(discover)["changes"]), (&2.into(), &24.into()));
    assert_eq!((&lane(unchanged)["changes"], &changed["changed"]), (&0.into(), &1.into()));
    // The baseline writes every row; the mirror its lease, its receipt and one reservation of requests.
    assert_eq!(account["baseline"]["table"]["writes"], 24);
    assert_eq!(of(unchanged, "droplets")["table"]["writes"], 3);
    assert!(of(unchanged, "droplets")["metrics"].as_array().unwrap().len() > 3, "{unchanged}");

    let [bill] = &report["bills"].as_array().unwrap()[..] else { panic!("{report}") };
    let items = bill["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["quantity"].as_f64().unwrap() > 0.0), "{items:?}");
}
