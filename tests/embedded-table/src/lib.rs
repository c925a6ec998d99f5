//! The table on an embedded DynamoDB, with every request counted and any write made to be the last.
//!
//! [`EmbeddedTable::start`] gives a test its own in-memory DynamoDB (dynoxide, checked by its makers against AWS) behind the real SDK, with
//! the real schema. [`RequestInterceptor`] counts what passes and can end the process's life, as far as the table can tell, at any write.

mod requests;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use store::Table;

pub use requests::{CrashPoint, RequestCounts, RequestInterceptor};

/// A table of a test's own.
#[derive(Debug)]
pub struct EmbeddedTable {
    /// The table.
    pub table: Table,
    /// The client behind it, for looking at items as they are.
    pub client: Client,
    /// What passed between the two.
    pub requests: RequestInterceptor,
    endpoint: String,
    server: tokio::task::JoinHandle<()>,
}

/// The name of the table.
pub const TABLE_NAME: &str = "arcadia";

impl EmbeddedTable {
    /// Starts an empty DynamoDB and creates the table on it.
    ///
    /// # Panics
    /// When it cannot be started.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its table")]
    pub async fn start() -> Self {
        let database = dynoxide::Database::memory().expect("an in-memory database");
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let server = tokio::spawn(dynoxide::server::serve_on(listener, database));
        let requests = RequestInterceptor::default();
        let client = client(&endpoint, &requests);
        store::schema::create_table(&client, TABLE_NAME).await.expect("the table");
        requests.reset();
        Self { table: Table::new(client.clone(), TABLE_NAME), client, requests, endpoint, server }
    }

    /// Where it listens: what stands for DynamoDB's endpoint, for processes of their own.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Another process's view of the same table, with requests of its own.
    #[must_use]
    pub fn another_process(&self) -> (Table, RequestInterceptor) {
        let requests = RequestInterceptor::default();
        (connect(&self.endpoint, &requests), requests)
    }

    /// Every item of the table, sorted by key, as text: two tables that read the same are the same.
    ///
    /// # Panics
    /// When it cannot be read.
    #[expect(clippy::expect_used, reason = "a test cannot go on without its table")]
    pub async fn dump(&self) -> Vec<String> {
        let mut dumped = Vec::new();
        let mut start = None;
        loop {
            let answer = self
                .client
                .scan()
                .table_name(TABLE_NAME)
                .set_exclusive_start_key(start)
                .send()
                .await
                .expect("a scan of the embedded table");
            for item in answer.items() {
                let item = AttributeValue::M(item.clone());
                let json = json(&item);
                let key = |name: &str| json[name].as_str().unwrap_or_default();
                dumped.push(format!("{} / {} {json}", key("pk"), key("sk")));
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                dumped.sort();
                return dumped;
            }
        }
    }
}

impl Drop for EmbeddedTable {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The table of an [`EmbeddedTable`] that another process started; what passes is counted by `requests`.
#[must_use]
pub fn connect(endpoint: &str, requests: &RequestInterceptor) -> Table {
    Table::new(client(endpoint, requests), TABLE_NAME)
}

/// An attribute as JSON, its maps ordered by key.
fn json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => Value::from(text.as_str()),
        AttributeValue::Bool(value) => Value::from(*value),
        AttributeValue::L(values) => values.iter().map(json).collect(),
        AttributeValue::M(values) => values.iter().map(|(name, value)| (name.clone(), json(value))).collect(),
        AttributeValue::Null(_) => Value::Null,
        other => Value::from(format!("{other:?}")),
    }
}

fn client(endpoint: &str, requests: &RequestInterceptor) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "embedded table"))
        .endpoint_url(endpoint)
        .interceptor(requests.clone())
        .build();
    Client::from_conf(config)
}
