//! Creating, changing and deleting records. DO supports no conditional writes: the last write wins.

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::path::{existing_domain, existing_record};
use super::record_input::RecordInput;
use crate::call::{Call, Reply, envelope};
use crate::endpoints::objects::record::{DOMAIN, KIND, domain_of, shown};
use crate::error::ApiError;
use crate::model::account::Account;

/// Creates a record. A second record with the same content is accepted
/// (kubernetes-sigs/external-dns#487, kubernetes-sigs/external-dns#503).
pub(super) fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let domain = existing_domain(call)?;
    let record = RecordInput::read(Value::Object(call.body()?))?.checked(&domain)?;
    refuse_shared_name(call.account, &record, None)?;
    let id = call.account.add(&KIND, record, call.now).map_err(ApiError::unprocessable)?;
    call.account.delay_listing(&KIND, &id, call.now);
    answer(call, &id, StatusCode::CREATED)
}

/// Changes a record. The descriptions of PUT and PATCH are the same (OpenAPI `PUT` and `PATCH
/// /v2/domains/{domain_name}/records/{domain_record_id}`: "Any attribute valid for the record type
/// can be set"). The record keeps its id (traffic recorded by dns-lexicon/dns-lexicon).
pub(super) fn change(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = existing_record(call)?;
    let sent = Value::Object(call.body()?);
    let kept = call.account.get(&KIND, &id).map(|record| Value::clone(record)).unwrap_or_default();
    let changed = if kept["type"] == "SOA" {
        soa(&sent)?
    } else {
        let record =
            RecordInput::read(sent)?.merged_over(RecordInput::read(kept.clone())?)?.checked(domain_of(&kept))?;
        refuse_shared_name(call.account, &record, Some(&id))?;
        record
    };
    let Value::Object(mut fields) = changed else { return Err(ApiError::not_found()) };
    fields.remove(DOMAIN);
    call.account.patch(&KIND, &id, Value::Object(fields)).map_err(ApiError::unprocessable)?;
    answer(call, &id, StatusCode::OK)
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = existing_record(call)?;
    if call.account.get(&KIND, &id).is_some_and(|record| record["type"] == "SOA") {
        // The SOA record is deleted only with its domain. DO's answer is not recorded.
        return Err(ApiError::unprocessable("The SOA record of a domain cannot be deleted."));
    }
    call.account.remove_with_list_lag(&KIND, &id, call.now);
    Ok(Reply::NoContent)
}

/// The change of an SOA record. Only the time to live can be written, which is also the record's
/// data (OpenAPI `schemas/domain_record_soa`; traffic recorded by dns-lexicon/dns-lexicon).
fn soa(sent: &Value) -> Result<Value, ApiError> {
    let ttl = sent["ttl"].as_u64().ok_or_else(|| ApiError::unprocessable("ttl is required"))?;
    Ok(json!({ "ttl": ttl, "data": ttl.to_string() }))
}

/// Builds the answer to a write. From then on, all records of that name and type have the record's
/// time to live.
fn answer(call: &mut Call<'_>, id: &str, status: StatusCode) -> Result<Reply, ApiError> {
    let record = call.account.get(&KIND, id).map(|record| Value::clone(record)).ok_or_else(ApiError::not_found)?;
    spread_ttl(call.account, &record);
    Ok(Reply::Json(status, envelope(&KIND, shown(&record))))
}

/// Sets the time to live of the record's siblings. DO changes them silently, whatever they had
/// before: digitalocean/terraform-provider-digitalocean#1012,
/// digitalocean/terraform-provider-digitalocean#1157.
fn spread_ttl(account: &mut Account, record: &Value) {
    let across_types = account.consistency.ttl_across_types;
    let is_sibling = |other: &Value| {
        let one_set = ["domain", "name"].iter().all(|field| other[field] == record[field]) && other["type"] != "SOA";
        one_set && (across_types || other["type"] == record["type"]) && other["ttl"] != record["ttl"]
    };
    let siblings: Vec<_> =
        account.objects(&KIND).filter(|other| is_sibling(other)).map(|other| KIND.id_of(other)).collect();
    for id in siblings {
        if let Some(sibling) = account.of(&KIND).get_mut(&id) {
            sibling["ttl"] = record["ttl"].clone();
        }
    }
}

/// Refuses a CNAME beside other records of the same name: kubernetes-sigs/external-dns#4802,
/// kubernetes-sigs/external-dns#4495. The name of the domain itself always has records, so it
/// cannot have a CNAME.
fn refuse_shared_name(account: &Account, record: &Value, own: Option<&str>) -> Result<(), ApiError> {
    let same_name = |other: &&Arc<Value>| {
        ["domain", "name"].iter().all(|field| other[field] == record[field]) && own != Some(&KIND.id_of(other))
    };
    let mut others = account.objects(&KIND).filter(same_name);
    if record["type"] == "CNAME" && others.next().is_some() {
        return Err(ApiError::unprocessable("CNAME records cannot share a name with other records"));
    }
    if others.any(|other| other["type"] == "CNAME") {
        return Err(ApiError::unprocessable("records cannot share a name with a CNAME record"));
    }
    Ok(())
}
