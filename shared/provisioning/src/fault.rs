//! The conclusions from a failed call to DigitalOcean.

use digitalocean::Error;
use domain::error_chain;
use http::StatusCode;
use sagas::ports::Fault;

/// The kind of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// A read: its failure proves nothing else.
    Read,
    /// A write, which is sent only once.
    Write,
}

/// Part of DigitalOcean's message for a busy droplet, with 422. The message is not in the API's
/// contract, but always the same: <https://github.com/hashicorp/packer/issues/1814>,
/// <https://github.com/digitalocean/terraform-provider-digitalocean/issues/1034>.
const PENDING_EVENT: &str = "pending event";

/// Returns what a failed call proves. Only an error response of DigitalOcean itself counts: a
/// gateway's response proves neither absence nor refusal.
#[must_use]
pub fn fault_of(error: &Error, sent: RequestKind) -> Fault {
    let text = error_chain(error);
    let inconclusive = || match sent {
        RequestKind::Write => Fault::Ambiguous(text.clone()),
        RequestKind::Read => Fault::Transient(text.clone()),
    };
    match error {
        Error::NotFound { .. } => Fault::NotFound(text),
        Error::Unauthorized { .. } | Error::Forbidden { .. } => Fault::Unauthorised(text),
        Error::RateLimited { until, .. } => Fault::Limited { until: *until },
        Error::Api { status, id: Some(_), message, .. } if status.is_client_error() => match *status {
            StatusCode::UNPROCESSABLE_ENTITY if message.to_ascii_lowercase().contains(PENDING_EVENT) => {
                Fault::PendingEvent
            }
            StatusCode::REQUEST_TIMEOUT => inconclusive(),
            _ => Fault::Refused(text),
        },
        Error::InvalidParameter { .. } => Fault::Refused(text),
        Error::Api { .. } => inconclusive(),
        error if sent == RequestKind::Write && error.may_have_been_applied() => inconclusive(),
        _ => Fault::Transient(text),
    }
}
