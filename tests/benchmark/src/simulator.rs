//! The client with which the benchmark controls the simulator's process.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

use crate::account::{Change, NAME, TOKEN};
use crate::process::Server;

/// A simulated DigitalOcean with one account.
#[derive(Debug)]
pub(crate) struct Simulator {
    server: Server,
    http: Client,
}

impl Simulator {
    pub(crate) async fn start(arguments: &[String]) -> Result<Self> {
        let server = Server::start(arguments).await?;
        Ok(Self { server, http: Client::builder().no_proxy().build()? })
    }

    /// Returns the base URL of the API.
    pub(crate) fn address(&self) -> &str {
        &self.server.address
    }

    /// Clears the simulator's log of requests.
    pub(crate) async fn forget_requests(&self) -> Result<()> {
        checked(self.http.delete(self.admin("requests"))).await?;
        Ok(())
    }

    /// Returns the paths of the requests in the simulator's log.
    pub(crate) async fn requests(&self) -> Result<Vec<String>> {
        let log: Value = checked(self.http.get(self.admin("requests"))).await?.json().await?;
        let requests = log["requests"].as_array().context("the simulator's answer has no list of requests")?;
        Ok(requests.iter().map(|request| request["path"].as_str().unwrap_or_default().to_owned()).collect())
    }

    /// Returns the number of logged requests by method and route.
    pub(crate) async fn calls(&self) -> Result<BTreeMap<String, u32>> {
        let log: Value = checked(self.http.get(self.admin("requests"))).await?.json().await?;
        let requests = log["requests"].as_array().context("the simulator's answer has no list of requests")?;
        let mut calls = BTreeMap::new();
        for request in requests {
            let text = |field: &str| request[field].as_str().unwrap_or_default();
            *calls.entry(format!("{} {}", text("method"), text("route"))).or_default() += 1;
        }
        Ok(calls)
    }

    /// Returns the state of the account, in a form that can be compared.
    pub(crate) async fn state(&self) -> Result<Value> {
        Ok(checked(self.http.get(self.admin(&format!("accounts/{NAME}/state")))).await?.json().await?)
    }

    /// Changes objects of the account through the simulator's admin API.
    pub(crate) async fn change(&self, changes: &[Change]) -> Result<()> {
        for Change { list, id, fields } in changes {
            let url = self.admin(&format!("accounts/{NAME}/{list}/{id}"));
            checked(self.http.patch(url).json(fields)).await?;
        }
        Ok(())
    }

    /// Sends a GET request to the API; an error status is an error.
    pub(crate) async fn get(&self, path: &str) -> Result<Response> {
        checked(self.http.get(format!("{}{path}", self.address())).bearer_auth(TOKEN)).await
    }

    fn admin(&self, path: &str) -> String {
        format!("{}/_sim/{path}", self.address())
    }
}

async fn checked(request: RequestBuilder) -> Result<Response> {
    let response = request.send().await?;
    let status = response.status();
    if !status.is_success() {
        bail!("the simulator answered {status}: {}", response.text().await?);
    }
    Ok(response)
}
