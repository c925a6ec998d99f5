//! Accounts of the scenarios' own.

use serde_json::{Value, json};

use super::World;

impl World {
    /// Makes an account in the simulator, with a token of its own, and registers it.
    pub(crate) async fn new_account(&self, name: &str, mut seed: Value) {
        let token = token_of(name);
        seed["tokens"] = json!({ "sync": { "value": token } });
        self.simulator.admin("PUT", &format!("accounts/{name}"), Some(seed)).await;
        self.tokens.lock().unwrap().push(token.clone());
        self.stack.register(name, name, Some(&token)).await.expect("the account is registered");
        self.registered.lock().unwrap().push(name.to_owned());
    }

    /// Gives the token of an account other scopes.
    pub(crate) async fn restrict_token(&self, account: &str, scopes: Value, missing_scope: &str, hidden_status: u16) {
        let token = json!({
            "value": token_of(account), "scopes": scopes, "missing_scope": missing_scope, "hidden_status": hidden_status,
        });
        self.simulator.admin("PUT", &format!("accounts/{account}/tokens/sync"), Some(token)).await;
    }
}

/// A token that looks like a real one.
fn token_of(account: &str) -> String {
    let digits: String = account.bytes().cycle().take(32).map(|byte| format!("{byte:02x}")).collect();
    format!("dop_v1_{digits}")
}
