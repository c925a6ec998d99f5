//! What the outcome of a call allows to conclude.

use digitalocean::Error;
use domain::error_chain;
use http::StatusCode;
use sagas::ports::Fault;

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// A read: nothing follows from its failure but that it failed.
    Read,
    /// A write, once.
    Write,
}

/// DigitalOcean's words for a droplet that is busy, with 422. Not in its contract, but always the same words:
/// <https://github.com/hashicorp/packer/issues/1814>, <https://github.com/digitalocean/terraform-provider-digitalocean/issues/1034>.
const PENDING_EVENT: &str = "pending event";

/// What a failed call allows to conclude. Only DigitalOcean's own word counts: what a gateway in between says proves neither an absence
/// nor a refusal.
#[must_use]
pub fn fault_of(error: &Error, sent: RequestKind) -> Fault {
    let text = error_chain(error);
    let unclear = || match sent {
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
            StatusCode::REQUEST_TIMEOUT => unclear(),
            _ => Fault::Refused(text),
        },
        Error::InvalidParameter { .. } => Fault::Refused(text),
        Error::Api { .. } => unclear(),
        error if sent == RequestKind::Write && error.may_have_been_applied() => unclear(),
        _ => Fault::Transient(text),
    }
}
