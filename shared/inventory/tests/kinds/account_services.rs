//! Kinds with few fields that belong to the account.

use inventory::kind::MirroredKind;
use inventory::kinds::{CDN_ENDPOINT, CERTIFICATE, MONITORING_ALERT, SPACES_KEY, SSH_KEY, TAG, UPTIME_CHECK};
use serde_json::json;

use crate::{demo, read_list};

const KINDS: [&MirroredKind; 7] =
    [&CDN_ENDPOINT, &CERTIFICATE, &SSH_KEY, &SPACES_KEY, &UPTIME_CHECK, &MONITORING_ALERT, &TAG];

/// The demo account's alert policy contains a Slack webhook, and every SSH key contains its public
/// key.
#[tokio::test]
async fn secrets_and_long_texts_are_not_facts() {
    let (sim, client) = demo().await;
    let policies = json!(sim.account("demo").list("policies")).to_string();
    assert!(policies.contains("hooks.slack.com"), "the payload contains a secret: {policies}");
    for kind in KINDS {
        let facts = format!("{:?}", read_list(kind, &client).await.unwrap().items);
        for word in ["hooks.slack.com", "ops@noorderlicht-hosting", "ssh-ed25519", "last_tagged_uri"] {
            assert!(!facts.contains(word), "{word} in {facts}");
        }
    }
}

/// A renewal only changes fields that are declared to change by themselves.
#[tokio::test]
async fn the_renewal_of_a_certificate_is_not_drift() {
    let (sim, client) = demo().await;
    let facts = async || serde_json::to_value(&read_list(&CERTIFICATE, &client).await.unwrap().items[0].1).unwrap();
    let before = facts().await;
    let fingerprint = "479c82b5c63cb6d3e6fac4624d58a33b267e166c";
    let renewed = json!({ "state": "pending", "not_after": "2027-03-10T13:20:11Z", "sha1_fingerprint": fingerprint });
    sim.account("demo").change("certificates", "b0c9a6a4-2f2b-4d4e-9c58-7d8f3f1f0c21", renewed);
    let mut after = facts().await;
    for field in CERTIFICATE.state_fields {
        let pointer = format!("/{}", field.replace('.', "/"));
        let value = after.pointer_mut(&pointer).unwrap();
        assert_ne!(*value, before.pointer(&pointer).unwrap().clone(), "{field}");
        *value = before.pointer(&pointer).unwrap().clone();
    }
    assert_eq!(after, before);
}
