//! SSH keys of the account.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/SSH-Keys>

use digitalocean::SshKey;
use domain::{ProviderId, ResourceFacts};
use serde_json::json;

use crate::attrs::attrs;
use crate::kind::{MirroredKind, Normalised, list, probe};

/// The kind `ssh_key`: SSH keys of the account.
pub const SSH_KEY: MirroredKind = MirroredKind {
    nonexistent_id: "1",
    probe: |client, id| {
        let id = id.as_str().parse().ok()?;
        probe(async move { client.ssh_keys().get(id).await })
    },
    ..MirroredKind::listed("ssh_key", "ssh_key:read", |client| list(client.ssh_keys().list(), normalise))
};

/// Normalises a key. The public key itself is left out, because it is long and its fingerprint
/// identifies it.
fn normalise(key: SshKey) -> Normalised {
    let id = ProviderId::new(key.id.to_string())?;
    let attrs = attrs(json!({ "fingerprint": key.fingerprint }));
    Ok((id, ResourceFacts { name: key.name, attrs, ..ResourceFacts::default() }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::SSH_KEY;
    use crate::kinds::demo::assert_facts;

    #[tokio::test]
    async fn the_demo_accounts_resource_has_its_facts() {
        let facts = json!({
            "name": "ops@noorderlicht", "tags": [],
            "attrs": { "fingerprint": "3b:16:bf:e4:8b:00:8b:b8:59:8c:a9:d3:f0:19:45:fa" }
        });
        assert_facts(&SSH_KEY, "38112045", &facts).await;
    }
}
