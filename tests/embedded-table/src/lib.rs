#![doc = include_str!("../README.md")]

mod requests;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use store::Table;

pub use requests::{CrashPoint, RequestCounts, RequestInterceptor};

/// An embedded DynamoDB with the table, for one test.
#[derive(Debug)]
pub struct EmbeddedTable {
    /// The table, as the code under test uses it.
    pub table: Table,
    /// The client behind the table, for reading raw items.
    pub client: Client,
    /// The counter of the requests from the client to the table.
    pub requests: RequestInterceptor,
    endpoint: String,
    server: tokio::task::JoinHandle<()>,
}

/// The name of the embedded table.
pub const TABLE_NAME: &str = "arcadia";

impl EmbeddedTable {
    /// Starts an empty DynamoDB and creates the table in it.
    ///
    /// # Panics
    /// Panics when the database cannot be started.
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

    /// Returns the URL that the database listens on, for use as the DynamoDB endpoint in other
    /// processes.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Returns a second connection to the same table with its own request counter, as another
    /// process would have.
    #[must_use]
    pub fn another_process(&self) -> (Table, RequestInterceptor) {
        let requests = RequestInterceptor::default();
        (connect(&self.endpoint, &requests), requests)
    }

    /// Returns every item of the table as text, sorted by key. Two tables with equal dumps are
    /// equal.
    ///
    /// # Panics
    /// Panics when the table cannot be read.
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

/// Connects to the table of an [`EmbeddedTable`] that another process started; `requests` counts
/// the requests.
#[must_use]
pub fn connect(endpoint: &str, requests: &RequestInterceptor) -> Table {
    Table::new(client(endpoint, requests), TABLE_NAME)
}

/// Converts an attribute to JSON, with maps ordered by key.
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
