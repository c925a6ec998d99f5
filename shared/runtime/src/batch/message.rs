//! The message on a worker's queue.

use aws_lambda_events::event::sqs::SqsMessage;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::Error;

/// A message's own fields before they are typed.
pub type MessageFields = Map<String, Value>;

/// The account of a scheduled tick: the worker sends one message for every enabled account.
pub const ALL_ACCOUNTS: &str = "*";
/// Bodies beyond this are bad messages. Ours are a few hundred bytes; SQS takes up to 1 MiB.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// The envelope's version.
const VERSION: u64 = 1;
/// The longest run id.
const MAX_RUN_ID_BYTES: usize = 128;

/// A message: who is to do what for whom. `T` are the worker's own fields, on the same level of the JSON object.
///
/// ```json
/// {"v":1,"worker":"droplets","account":"main","scheduled_at":"2026-04-01T00:15:00Z","run_id":"7f3c","attempt":0}
/// ```
///
/// A scheduled tick is only `{"v":1,"worker":"droplets","account":"*"}`, because `EventBridge` Scheduler sends a constant: the
/// rest is then taken from SQS (`SentTimestamp`, the message id), which stay the same when the message is delivered again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<T = MessageFields> {
    /// Whose message it is.
    pub worker: String,
    /// The account's slug, or [`ALL_ACCOUNTS`].
    pub account: String,
    /// When the work was asked for; a complete receipt newer than this makes the message superfluous.
    pub scheduled_at: DateTime<Utc>,
    /// Names this run in logs and receipts.
    pub run_id: String,
    /// How often it has been put off, from 0.
    pub attempt: u32,
    /// The worker's own fields.
    pub fields: T,
}

/// A message that no retry will make good. Its text says what is wrong and where, and is bounded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bad message: {0}")]
pub struct BadMessage(String);

/// What is on the wire.
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
    /// A first message for one account.
    pub fn new(
        worker: impl Into<String>,
        account: impl Into<String>,
        scheduled_at: DateTime<Utc>,
        run_id: impl Into<String>,
    ) -> Self {
        let (worker, account, run_id) = (worker.into(), account.into(), run_id.into());
        Self { worker, account, scheduled_at, run_id, attempt: 0, fields: MessageFields::new() }
    }

    /// The same with these fields of the worker's own.
    ///
    /// # Errors
    /// [`Error::Fields`]: they do not serialise to a JSON object.
    pub fn with_fields(mut self, fields: impl Serialize) -> Result<Self, Error> {
        let value = serde_json::to_value(fields).map_err(|error| Error::Fields(error.into()))?;
        let Value::Object(fields) = value else { return Err(Error::Fields("not an object".into())) };
        self.fields = fields;
        Ok(self)
    }

    /// A body as it came from a queue, without what only SQS knows.
    ///
    /// # Errors
    /// Anything but a message of this version for `worker`. Never panics, whatever the bytes.
    pub fn parse(body: &[u8], worker: &str, sent: &SqsMetadata) -> Result<Self, BadMessage> {
        if body.len() > MAX_BODY_BYTES {
            return Err(BadMessage::new(&format!("{} bytes, more than {MAX_BODY_BYTES}", body.len())));
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

    /// The body to send.
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
            // The envelope's own names win: a field of the worker's must not turn it into another message.
            body.entry(name.as_str()).or_insert_with(|| value.clone());
        }
        Value::Object(body).to_string()
    }

    /// The same message with its own fields typed.
    ///
    /// # Errors
    /// They are not a `T`; the error names the place.
    pub fn typed<T: DeserializeOwned>(self) -> Result<Message<T>, BadMessage> {
        let fields = serde_path_to_error::deserialize(Value::Object(self.fields))
            .map_err(|error| BadMessage::new(&format!("at {}: {}", error.path(), error.inner())))?;
        let Self { worker, account, scheduled_at, run_id, attempt, .. } = self;
        Ok(Message { worker, account, scheduled_at, run_id, attempt, fields })
    }
}

impl<T> Message<T> {
    /// Whether it is a scheduled tick, to be fanned out.
    #[must_use]
    pub fn is_for_all_accounts(&self) -> bool {
        self.account == ALL_ACCOUNTS
    }
}

impl<T: Clone> Message<T> {
    /// The message for one account that a tick is fanned out into: the same run, first attempt.
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

/// What only SQS knows of a message: the defaults of `scheduled_at` and `run_id`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SqsMetadata {
    /// `SentTimestamp`: when SQS took the message.
    pub at: Option<DateTime<Utc>>,
    /// The message id.
    pub message_id: Option<String>,
}

impl From<&SqsMessage> for SqsMetadata {
    fn from(record: &SqsMessage) -> Self {
        let at = record.attributes.get("SentTimestamp").and_then(|milliseconds| milliseconds.parse().ok());
        Self { at: at.and_then(DateTime::from_timestamp_millis), message_id: record.message_id.clone() }
    }
}

/// Whether this is a slug, `[a-z0-9-]{1,32}`: an account's id or a worker's name.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_run_id(text: &str) -> bool {
    (1..=MAX_RUN_ID_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
