//! Steering the `DigitalOcean` simulator: see its README, "Admin endpoints".

use serde_json::{Value, json};

/// The simulator's admin endpoints.
#[derive(Debug)]
pub(crate) struct Simulator {
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
}

impl Simulator {
    /// Any admin call; it must succeed.
    pub(crate) async fn admin(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method.clone(), format!("{}/_sim/{path}", self.url));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("the simulator answers");
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{method} /_sim/{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Sets a fault for one account's calls of a path, to stay until it is cleared.
    pub(crate) async fn fault(&self, account: &str, path: &str, effect: Value) {
        self.fault_with(json!({ "account": account, "path": path, "effect": effect })).await;
    }

    /// Sets a fault of the simulator.
    pub(crate) async fn fault_with(&self, fault: Value) {
        self.admin("POST", "faults", Some(fault)).await;
    }

    /// Removes every fault of the simulator.
    pub(crate) async fn clear_faults(&self) {
        self.admin("DELETE", "faults", None).await;
    }

    /// Adds an object to an account.
    pub(crate) async fn add(&self, account: &str, collection: &str, object: Value) {
        self.admin("POST", &format!("accounts/{account}/{collection}"), Some(object)).await;
    }

    /// Removes an object of an account.
    pub(crate) async fn remove(&self, account: &str, collection: &str, id: &str) {
        self.admin("DELETE", &format!("accounts/{account}/{collection}/{id}"), None).await;
    }

    /// Returns everything that an account holds, in a form that can be compared.
    pub(crate) async fn state(&self, account: &str) -> Value {
        self.admin("GET", &format!("accounts/{account}/state"), None).await
    }

    /// How many requests it has had of that method, to that path, of that account.
    pub(crate) async fn count(&self, method: &str, path: &str, account: &str) -> u64 {
        let query = format!("requests?method={method}&path={path}&account={account}");
        self.admin("GET", &query, None).await["count"].as_u64().unwrap()
    }
}
