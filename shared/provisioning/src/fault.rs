//! The conclusions from a failed call to DigitalOcean.

use access::{DigitalOceanFailure, Remedy};
use digitalocean::Error;
use http::StatusCode;
use sagas::ports::Fault;

/// Part of DigitalOcean's message for a busy droplet, with 422. The message is not in the API's
/// contract, but always the same: <https://github.com/hashicorp/packer/issues/1814>,
/// <https://github.com/digitalocean/terraform-provider-digitalocean/issues/1034>.
const PENDING_EVENT: &str = "pending event";

/// Returns what a failed read proves. Only an error response of DigitalOcean itself counts: a
/// gateway's response proves neither absence nor refusal.
pub(crate) fn of_read(error: &Error) -> Fault {
    let DigitalOceanFailure { reason, remedy } = error.into();
    match (remedy, error) {
        (Remedy::NotFound, _) => Fault::NotFound(reason),
        (Remedy::NewToken | Remedy::Scope, _) => Fault::Unauthorised(reason),
        (Remedy::Wait { until }, _) => Fault::Limited { until },
        (Remedy::Refused, Error::Api { status: StatusCode::UNPROCESSABLE_ENTITY, message, .. })
            if message.to_ascii_lowercase().contains(PENDING_EVENT) =>
        {
            Fault::PendingEvent
        }
        (Remedy::Refused, _) => Fault::Refused(reason),
        _ => Fault::Transient(reason),
    }
}

/// Returns what a failed write proves, which is sent only once. A response that is not conclusive
/// may have come from a gateway, behind which the write was carried out.
pub(crate) fn of_write(error: &Error) -> Fault {
    match of_read(error) {
        Fault::Transient(reason) if error.may_have_been_applied() || matches!(error, Error::Api { .. }) => {
            Fault::Ambiguous(reason)
        }
        fault => fault,
    }
}
