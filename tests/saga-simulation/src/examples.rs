//! The examples of every step, by its name. A new step is one line here.

use serde_json::json;

use super::dns_examples;
use super::example::{Approval, DROPLET, Example};

/// A step by name, and what returns its examples.
type ExamplesOfStep = (&'static str, fn() -> Vec<Example>);

const EXAMPLES: [ExamplesOfStep; 6] = [
    ("upsert_dns_record", dns_examples::upsert),
    ("delete_dns_record", dns_examples::delete),
    ("create_droplet_snapshot", || vec![Example::new("of a droplet", json!({ "droplet_id": DROPLET }))]),
    ("fail", || vec![Example::new("fails", json!({}))]),
    ("gate", gate),
    ("wait", || vec![Example::new("20 minutes", json!({ "seconds": 1200 }))]),
];

/// Returns the inputs and initial states on which a step is tested.
pub(super) fn of(step: &str) -> Vec<Example> {
    let (_, examples) =
        EXAMPLES.iter().find(|(name, _)| *name == step).unwrap_or_else(|| panic!("{step} has no example"));
    examples()
}

fn gate() -> Vec<Example> {
    let inputs = json!({ "expires_in_seconds": 600, "question": "go on?" });
    vec![
        Example::new("approved", inputs.clone()).answered(Approval::Approve),
        Example::new("denied", inputs.clone()).answered(Approval::Deny).fails(),
        Example::new("expired", inputs).fails(),
    ]
}

#[test]
fn every_step_has_examples() {
    let known: Vec<&str> = EXAMPLES.iter().map(|(name, _)| *name).collect();
    let steps: Vec<&str> = sagas::steps::STEPS.0.iter().map(|step| step.name).collect();
    assert_eq!(known, steps);
    assert!(steps.iter().all(|step| !of(step).is_empty()));
}
