//! Calls of the API. Every answer is recorded.

use local::ApiUser;
use serde_json::Value;

use super::World;
use crate::answer::Answer;

/// A cursor that a tenant was given.
#[derive(Debug, Clone)]
pub(crate) struct TenantCursor {
    pub(crate) tenant: String,
    /// The list that it goes on with.
    pub(crate) path: String,
    pub(crate) cursor: String,
}

impl World {
    /// Sends a request as it is and records the answer.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = request.send().await.expect("the API answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.expect("the answer is text");
        self.answers.lock().unwrap().push(format!("{headers:?}\n{text}"));
        Answer { status, headers, json: serde_json::from_str(&text).unwrap_or_default(), text }
    }

    /// A request to be sent; `sync` is short for `/api/v1/sync`.
    pub(crate) async fn request(&self, method: &str, path: &str, who: &ApiUser) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let root = if path.starts_with('/') { "" } else { "/api/v1/" };
        let request = self.http.request(method, format!("{}{root}{path}", self.info().api_url));
        match who {
            ApiUser::Anonymous => request,
            _ => request.bearer_auth(self.stack.token(who).await.expect("a token")),
        }
    }

    /// Makes one call of the API.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>, who: &ApiUser) -> Answer {
        let request = self.request(method, path, who).await;
        let answer = self.send(if let Some(body) = body { request.json(&body) } else { request }).await;
        if let (ApiUser::Tenant(tenant), Some(cursor)) = (who, answer.json["next_cursor"].as_str()) {
            self.tenant_cursors.lock().unwrap().push(TenantCursor {
                tenant: tenant.clone(),
                path: path.split('?').next().unwrap_or_default().to_owned(),
                cursor: cursor.to_owned(),
            });
        }
        answer
    }

    /// Makes a call as the admin, which must be answered with 200.
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call("GET", path, None, &ApiUser::Admin).await.expect(200)
    }

    /// Every row of a list that the caller may see.
    pub(crate) async fn list_as(&self, path: &str, who: &ApiUser) -> Vec<Value> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut next = format!("{path}{separator}limit=200");
        let mut rows = Vec::new();
        loop {
            let page = self.call("GET", &next, None, who).await.expect(200);
            rows.extend(page["data"].as_array().expect("a list has data").clone());
            let Some(cursor) = page["next_cursor"].as_str() else { return rows };
            next = format!("{path}{separator}limit=200&cursor={cursor}");
        }
    }

    /// Every row of a list.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        self.list_as(path, &ApiUser::Admin).await
    }

    /// The resources of a kind that are there.
    pub(crate) async fn resources(&self, account: &str, kind: &str) -> Vec<Value> {
        self.list(&format!("inventory/resources?account={account}&kind={kind}")).await
    }
}
