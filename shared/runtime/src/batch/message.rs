//! The format of messages on the workers' queues.

use aws_lambda_events::event::sqs::SqsMessage;
use chrono::{DateTime, Utc};
use domain::is_slug;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::Error;

/// The worker's own fields of a message, untyped.
pub type MessageFields = Map<String, Value>;

/// The account of a scheduled tick, for which the worker sends one message for every enabled
/// account.
pub const ALL_ACCOUNTS: &str = "*";
/// The maximum size of a body; a longer one is a bad message. Real bodies have a few hundred bytes,
/// and SQS accepts up to 1 MiB.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// The version of the envelope.
const VERSION: u64 = 1;
/// The maximum length of a run id.
const MAX_RUN_ID_BYTES: usize = 128;

/// A message that requests work from a worker for an account. `T` are the worker's own fields, on
/// the same level of the JSON object.
///
/// ```json
/// {"v":1,"worker":"droplets","account":"main",
///  "scheduled_at":"2026-04-01T00:15:00Z","run_id":"7f3c","attempt":0}
/// ```
///
/// A scheduled tick is only `{"v":1,"worker":"droplets","account":"*"}`, because `EventBridge`
/// Scheduler sends a constant. The time and the run id are then taken from SQS (`SentTimestamp`,
/// the message id), where they stay the same when the message is delivered again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<T = MessageFields> {
    /// The name of the worker that processes the message.
    pub worker: String,
    /// The account's slug, or [`ALL_ACCOUNTS`].
    pub account: String,
    /// The time at which the work was requested. A complete receipt newer than this makes the
    /// message superfluous.
    pub scheduled_at: DateTime<Utc>,
    /// The id of the run in logs and receipts.
    pub run_id: String,
    /// The number of times the message was deferred, from 0.
    pub attempt: u32,
    /// The fields of the worker besides the envelope.
    pub fields: T,
}

/// An invalid message, which no retry can fix. Its text names the problem and the place, and has a
/// limited length.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bad message: {0}")]
pub struct BadMessage(String);

/// The envelope as it is serialized.
#[derive(Deserialize)]
struct MessageEnvelope {
    v: u64,
    worker: String,
    account: String,
    scheduled_at: Option<DateTime<Utc>>,
    run_id: Option<String>,
    #[serde(default)]
    attempt: u32,
    #[serde(flatten)]
    fields: MessageFields,
}

impl Message {
    /// Creates a message for one account, with attempt 0 and no fields.
    pub fn new(
        worker: impl Into<String>,
        account: impl Into<String>,
        scheduled_at: DateTime<Utc>,
        run_id: impl Into<String>,
    ) -> Self {
        let (worker, account, run_id) = (worker.into(), account.into(), run_id.into());
        Self { worker, account, scheduled_at, run_id, attempt: 0, fields: MessageFields::new() }
    }

    /// Sets the worker's own fields.
    ///
    /// # Errors
    /// [`Error::Fields`]: the fields do not serialise to a JSON object.
    pub fn with_fields(mut self, fields: impl Serialize) -> Result<Self, Error> {
        let value = serde_json::to_value(fields).map_err(|error| Error::Fields(error.into()))?;
        let Value::Object(fields) = value else { return Err(Error::Fields("not an object".into())) };
        self.fields = fields;
        Ok(self)
    }

    /// Parses a body from a queue. `sent` has the time and the message id from SQS, which replace
    /// missing fields.
    ///
    /// # Errors
    /// Fails for anything but a message of this version for `worker`. It never panics, whatever the
    /// bytes.
    pub fn parse(body: &[u8], worker: &str, sent: &SqsMetadata) -> Result<Self, BadMessage> {
        if body.len() > MAX_BODY_BYTES {
            return Err(BadMessage::new(&format!("the body has {} bytes, more than {MAX_BODY_BYTES}", body.len())));
        }
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        let envelope: MessageEnvelope = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| BadMessage::new(&format!("at {}: {}", error.path(), error.inner())))?;
        deserializer.end().map_err(|error| BadMessage::new(&error.to_string()))?;
        if envelope.v != VERSION {
            return Err(BadMessage::new(&format!("at v: version {}, expected {VERSION}", envelope.v)));
        }
        if envelope.worker != worker {
            return Err(BadMessage::new("at worker: not this function's worker"));
        }
        if envelope.account != ALL_ACCOUNTS && !is_slug(&envelope.account) {
            return Err(BadMessage::new("at account: neither a slug ([a-z0-9-]{1,32}) nor *"));
        }
        let scheduled_at = envelope.scheduled_at.or(sent.at);
        let run_id = envelope.run_id.or_else(|| sent.message_id.clone());
        Ok(Self {
            worker: envelope.worker,
            account: envelope.account,
            scheduled_at: scheduled_at
                .ok_or_else(|| BadMessage::new("at scheduled_at: missing, and there is no SentTimestamp"))?,
            run_id: run_id
                .filter(|id| is_run_id(id))
                .ok_or_else(|| BadMessage::new("at run_id: not 1 to 128 visible ASCII characters"))?,
            attempt: envelope.attempt,
            fields: envelope.fields,
        })
    }

    /// Serializes the message to the body to send.
    #[must_use]
    pub fn to_body(&self) -> String {
        let mut body = MessageFields::new();
        body.insert("v".to_owned(), VERSION.into());
        body.insert("worker".to_owned(), self.worker.as_str().into());
        body.insert("account".to_owned(), self.account.as_str().into());
        body.insert(
            "scheduled_at".to_owned(),
            self.scheduled_at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true).into(),
        );
        body.insert("run_id".to_owned(), self.run_id.as_str().into());
        body.insert("attempt".to_owned(), self.attempt.into());
        for (name, value) in &self.fields {
            // Names of the envelope take precedence, so that a field of the worker cannot change
            // the message's meaning.
            body.entry(name.as_str()).or_insert_with(|| value.clone());
        }
        Value::Object(body).to_string()
    }

    /// Parses the worker's own fields.
    ///
    /// # Errors
    /// Fails if the fields are not a `T`; the error names the place.
    pub fn typed<T: DeserializeOwned>(self) -> Result<Message<T>, BadMessage> {
        let fields = serde_path_to_error::deserialize(Value::Object(self.fields))
            .map_err(|error| BadMessage::new(&format!("at {}: {}", error.path(), error.inner())))?;
        let Self { worker, account, scheduled_at, run_id, attempt, .. } = self;
        Ok(Message { worker, account, scheduled_at, run_id, attempt, fields })
    }
}

impl<T> Message<T> {
    /// Returns whether the message is a scheduled tick for all accounts, to be fanned out.
    #[must_use]
    pub fn is_for_all_accounts(&self) -> bool {
        self.account == ALL_ACCOUNTS
    }
}

impl<T: Clone> Message<T> {
    /// Returns the message for one account that a tick is fanned out to, with the same run and
    /// attempt 0.
    #[must_use]
    pub fn for_account(&self, account: impl Into<String>) -> Self {
        Self { account: account.into(), attempt: 0, ..self.clone() }
    }
}

impl BadMessage {
    fn new(problem: &str) -> Self {
        Self(super::dead_letter::sanitise(problem))
    }
}

/// The metadata of a message in SQS: the defaults of `scheduled_at` and `run_id`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SqsMetadata {
    /// The `SentTimestamp`, at which SQS accepted the message.
    pub at: Option<DateTime<Utc>>,
    /// The message id that SQS gave.
    pub message_id: Option<String>,
}

impl From<&SqsMessage> for SqsMetadata {
    fn from(record: &SqsMessage) -> Self {
        let at = record.attributes.get("SentTimestamp").and_then(|milliseconds| milliseconds.parse().ok());
        Self { at: at.and_then(DateTime::from_timestamp_millis), message_id: record.message_id.clone() }
    }
}

fn is_run_id(text: &str) -> bool {
    (1..=MAX_RUN_ID_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
