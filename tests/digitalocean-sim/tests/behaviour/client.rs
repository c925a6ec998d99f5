//! A client of the simulator that exposes the complete answer.

use digitalocean_sim::{AccountSeed, Seed, Simulator};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

pub(crate) const TOKEN: &str = "dop_v1_test";

thread_local! {
    /// One client a test, since a new one reads the certificates of the system. It keeps no
    /// connection, so that it never repeats a request whose connection a fault has closed.
    static CLIENT: Client = Client::builder().pool_max_idle_per_host(0).build().unwrap();
}

/// A simulator with one account, `test`, that has only its default project.
pub(crate) async fn blank() -> Simulator {
    with(AccountSeed::new(TOKEN)).await
}

pub(crate) async fn with(account: AccountSeed) -> Simulator {
    Simulator::start(Seed::empty().with_account("test", account)).await.unwrap()
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The names of a list's objects.
    pub(crate) fn names(&self, key: &str) -> Vec<String> {
        let json = self.json();
        json[key].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) async fn try_call(
    sim: &Simulator,
    token: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> reqwest::Result<Reply> {
    let url = format!("{}{path}", sim.base_url());
    let mut request = CLIENT.with(|client| client.request(method, url)).bearer_auth(token);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await?;
    Ok(Reply { status: response.status(), headers: response.headers().clone(), text: response.text().await? })
}

pub(crate) async fn call(sim: &Simulator, token: &str, method: Method, path: &str, body: Option<Value>) -> Reply {
    try_call(sim, token, method, path, body).await.unwrap()
}

pub(crate) async fn get(sim: &Simulator, path: &str) -> Reply {
    call(sim, TOKEN, Method::GET, path, None).await
}

pub(crate) async fn post(sim: &Simulator, path: &str, body: Value) -> Reply {
    call(sim, TOKEN, Method::POST, path, Some(body)).await
}

pub(crate) async fn delete(sim: &Simulator, path: &str) -> Reply {
    call(sim, TOKEN, Method::DELETE, path, None).await
}
