//! The DigitalOcean port: only the calls that steps need, and what each response proves.
//!
//! DigitalOcean has no idempotency keys and no conditional writes, so no lease and no fencing token
//! reaches it. A write is sent once, by the worker that has just stored its intent, and never after
//! its [`WriteContext::not_after`].

use chrono::{DateTime, Utc};
use domain::AccountId;
use futures::future::BoxFuture;

use crate::calls::{ReadRequest, ReadResult, WriteRequest, WriteResult};
use crate::record::SagaId;

/// A failed call, by what the failure proves. The texts are DigitalOcean's, for operators; they
/// never contain a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// 404: the object that the path names does not exist.
    #[error("not found at DigitalOcean ({0})")]
    NotFound(String),
    /// 400, 409, 422: DigitalOcean refuses this request, and a repetition will not help.
    #[error("the request was refused ({0})")]
    Refused(String),
    /// 422, "Droplet already has a pending event.": the request may succeed later.
    #[error("the droplet already has a pending event")]
    PendingEvent,
    /// A write was sent and its outcome is unknown: no response, a truncated response, 5xx.
    #[error("no usable response from DigitalOcean ({0})")]
    Ambiguous(String),
    /// The request was certainly not carried out and may succeed later: no connection, or its time
    /// limit had passed before it was sent. Of a read: any temporary failure.
    #[error("the request failed ({0})")]
    Transient(String),
    /// 429, or the shared request budget is used up.
    #[error("no more requests to DigitalOcean are allowed until {until}")]
    Limited {
        /// The time at which the limit ends.
        until: DateTime<Utc>,
    },
    /// 401, 403: the token is not accepted, or lacks the permission.
    #[error("the token was not accepted ({0})")]
    Unauthorised(String),
}

/// The context of a write: its time limit, and what the log says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteContext {
    /// The saga that writes.
    pub saga: SagaId,
    /// The hash of the write's intent.
    pub op_hash: String,
    /// The fencing token of the lease under which the write was decided.
    pub fence: u64,
    /// The time after which the write must not be sent.
    pub not_after: DateTime<Utc>,
}

/// The port to DigitalOcean's API.
pub trait Provider: std::fmt::Debug + Send + Sync {
    /// Reads. The implementation may repeat the request. A list is complete or
    /// [`Fault::Transient`], never truncated.
    fn read<'a>(&'a self, account: &'a AccountId, read: &'a ReadRequest) -> BoxFuture<'a, Result<ReadResult, Fault>>;

    /// Sends a write once and never repeats it, whatever the method. Returns [`Fault::Transient`]
    /// if `context.not_after` has passed before it is sent.
    fn write<'a>(
        &'a self,
        account: &'a AccountId,
        write: &'a WriteRequest,
        context: &'a WriteContext,
    ) -> BoxFuture<'a, Result<WriteResult, Fault>>;
}
