//! The domain and the record that a path names.

use crate::call::Call;
use crate::endpoints::domains;
use crate::endpoints::objects::record::{KIND, domain_of};
use crate::error::ApiError;

/// The domain that the path names, in lower case.
pub(super) fn existing_domain(call: &Call<'_>) -> Result<String, ApiError> {
    let domain = call.param(0).to_ascii_lowercase();
    if call.account.has(&domains::KIND, &domain) { Ok(domain) } else { Err(ApiError::not_found()) }
}

/// The id of the record that the path names. The record must be in the domain that the path names.
pub(super) fn existing_record(call: &Call<'_>) -> Result<String, ApiError> {
    let domain = existing_domain(call)?;
    let id = call.param(1);
    let record = call.account.get(&KIND, id).filter(|record| domain_of(record) == domain);
    record.map(|_| id.to_owned()).ok_or_else(ApiError::not_found)
}
