//! A small account through everything that the benchmark does: what it checks must hold here too.

use std::process::Command;

use serde_json::Value;

#[test]
fn a_small_account_goes_through_everything() {
    let output = Command::new(env!("CARGO_BIN_EXE_benchmark"))
        .args(["--resources", "100", "--droplets", "300", "--json"])
        .output()
        .unwrap();
    let progress = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{progress}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["violations"], Value::Array(Vec::new()));

    let accounts = report["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 2);
    let droplets = accounts.iter().find(|account| account["account"]["droplets"] == 300).unwrap();
    let [discover, unchanged, changed] = &droplets["passes"].as_array().unwrap()[..] else { panic!("{droplets}") };
    let of_droplets = |pass: &Value| pass["runs"][0]["lanes"][0].clone();
    // Two pages of 200, and the empty one of the GPU droplets.
    assert_eq!((&of_droplets(discover)["pages"], &of_droplets(discover)["changes"]), (&3.into(), &300.into()));
    assert_eq!(of_droplets(unchanged)["changes"], 0);
    assert_eq!(of_droplets(changed)["changes"], 3);
    // The baseline writes every row, the mirror its lease, its receipt and one reservation of requests.
    assert_eq!(droplets["baseline"]["table"]["writes"], 300);
    assert_eq!(unchanged["runs"][0]["table"]["writes"], 3);

    let bill = &report["bills"][0];
    assert_eq!(report["bills"].as_array().unwrap().len(), 1);
    let items = bill["items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["quantity"].as_f64().unwrap() > 0.0), "{items:?}");
    let sum: f64 = items.iter().map(|item| item["amount"].as_f64().unwrap()).sum();
    assert!((bill["usd"].as_f64().unwrap() - sum).abs() < 1.0e-9);
}
