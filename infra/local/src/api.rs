//! Calling the stack's API as one of its users.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use reqwest::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::aws::EmulatorClient;
use crate::layout::StackInfo;

/// The user that a call is made as.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ApiUser {
    /// A member of the group `platform_admin`.
    Admin,
    /// A user of that tenant, created in the user pool at the first call.
    Tenant(String),
    /// A client without a token.
    Anonymous,
}

/// Age at which an ID token is replaced. Cognito's expire after an hour.
const TOKEN_AGE: Duration = Duration::from_secs(45 * 60);

/// Password of every user. The users exist only in the emulator, which listens on loopback.
const PASSWORD: &str = "Local-stack-1";

/// A client of the API that caches one ID token for each user.
#[derive(Debug)]
pub(crate) struct ApiClient {
    http: reqwest::Client,
    aws: EmulatorClient,
    info: StackInfo,
    tokens: Mutex<HashMap<ApiUser, (SecretString, Instant)>>,
}

impl ApiClient {
    pub(crate) fn new(info: StackInfo, aws: EmulatorClient) -> Result<Self> {
        let url = reqwest::Url::parse(&info.api_url).context("api_url")?;
        let host = url.host_str().context("api_url has no host")?;
        let emulator = reqwest::Url::parse(&info.aws_endpoint).context("aws_endpoint")?;
        let address = SocketAddr::from(([127, 0, 0, 1], emulator.port().context("aws_endpoint has no port")?));
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(60))
            // Not every resolver maps *.localhost to loopback.
            .resolve(host, address)
            .build()?;
        Ok(Self { http, aws, info, tokens: Mutex::default() })
    }

    /// Makes one call. The body of the answer is JSON where it is JSON, else a string; null if
    /// empty.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        who: &ApiUser,
    ) -> Result<(u16, Value)> {
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).context("not an HTTP method")?;
        let mut request = self.http.request(method, format!("{}{}", self.info.api_url, full_path(path)));
        if *who != ApiUser::Anonymous {
            request = request.bearer_auth(self.token(who).await?.expose_secret());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.context("the API does not answer; is the stack up? cargo local status")?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        let body =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
        Ok((status, body))
    }

    /// As [`Self::call`]; any status but 2xx is an error.
    pub(crate) async fn expect(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let (status, answer) = self.call(method, path, body, &ApiUser::Admin).await?;
        if !(200..300).contains(&status) {
            bail!("{method} {} answered {status}: {answer}", full_path(path));
        }
        Ok(answer)
    }

    /// Every row of a list, page after page.
    pub(crate) async fn list(&self, path: &str) -> Result<Vec<Value>> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut next = format!("{path}{separator}limit=200");
        let mut rows = Vec::new();
        loop {
            let mut page = self.expect("GET", &next, None).await?;
            let Value::Array(data) = page["data"].take() else { bail!("GET {path} answered no data") };
            rows.extend(data);
            let Some(cursor) = page["next_cursor"].as_str() else { return Ok(rows) };
            next = format!("{path}{separator}limit=200&cursor={cursor}");
        }
    }

    /// Returns an ID token of that user, from the cache or by signing in.
    pub(crate) async fn token(&self, who: &ApiUser) -> Result<SecretString> {
        let mut tokens = self.tokens.lock().await;
        if let Some((token, at)) = tokens.get(who)
            && at.elapsed() < TOKEN_AGE
        {
            return Ok(token.clone());
        }
        let (username, groups, attributes) = match who {
            ApiUser::Admin => ("admin".to_owned(), json!(["platform_admin"]), json!({})),
            ApiUser::Tenant(tenant) => (format!("tenant-{tenant}"), json!([]), json!({ "custom:tenant_id": tenant })),
            ApiUser::Anonymous => bail!("an anonymous caller has no token"),
        };
        let mut token = self.sign_in(&username).await?;
        if token.is_none() {
            let user = json!({
                "user_pool": self.info.user_pool_id, "username": username, "password": PASSWORD,
                "groups": groups, "attributes": attributes,
            });
            self.aws.run_job("user", user, None).await.with_context(|| format!("cannot create the user {username}"))?;
            token = self.sign_in(&username).await?;
        }
        let token = token.with_context(|| format!("{username} cannot sign in"))?;
        tokens.insert(who.clone(), (token.clone(), Instant::now()));
        Ok(token)
    }

    /// Signs in over HTTP, which takes no AWS credentials and so no boto3. `None` when there is no
    /// such user yet.
    async fn sign_in(&self, username: &str) -> Result<Option<SecretString>> {
        let request = json!({
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": self.info.user_pool_client_id,
            "AuthParameters": { "USERNAME": username, "PASSWORD": PASSWORD },
        });
        let answer = self
            .http
            .post(&self.info.aws_endpoint)
            .header("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
            .header("Content-Type", "application/x-amz-json-1.1")
            .body(request.to_string())
            .send()
            .await
            .context("the emulator does not answer; is the stack up? cargo local status")?;
        let answer: Value = answer.json().await?;
        Ok(answer["AuthenticationResult"]["IdToken"].as_str().map(SecretString::from))
    }
}

/// Completes a short path: `sync` stands for `/api/v1/sync`.
fn full_path(path: &str) -> String {
    let path = path.trim_start_matches('/');
    if path.starts_with("api/") { format!("/{path}") } else { format!("/api/v1/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_path_is_below_the_api() {
        for path in ["/api/v1/sync?limit=1", "sync?limit=1", "/sync?limit=1", "api/v1/sync?limit=1"] {
            assert_eq!(full_path(path), "/api/v1/sync?limit=1");
        }
    }
}
