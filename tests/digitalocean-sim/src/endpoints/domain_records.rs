//! The DNS records of domains (OpenAPI `schemas/domain_record`).

mod path;
mod record_input;
mod write;

use std::sync::Arc;

use http::{Method, StatusCode};

use self::path::existing_domain;
use super::objects::record::{KIND, domain_of, full_name, shown};
use crate::call::{Call, LinkStyle, Listing, Reply, envelope};
use crate::error::ApiError;
use crate::route::{Access, Family, Route};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/domains/{domain_name}/records",
            access: Access::Object,
            scopes: &[&["domain:read"]],
            handler: list,
        },
        Route {
            method: Method::POST,
            path: "/v2/domains/{domain_name}/records",
            access: Access::Other,
            scopes: &[&["domain:create"], &["domain:update"]],
            handler: write::create,
        },
        Route {
            method: Method::GET,
            path: "/v2/domains/{domain_name}/records/{domain_record_id}",
            access: Access::Object,
            scopes: &[&["domain:read"]],
            handler: show,
        },
        Route {
            method: Method::PUT,
            path: "/v2/domains/{domain_name}/records/{domain_record_id}",
            access: Access::Other,
            scopes: &[&["domain:update"]],
            handler: write::change,
        },
        Route {
            method: Method::PATCH,
            path: "/v2/domains/{domain_name}/records/{domain_record_id}",
            access: Access::Other,
            scopes: &[&["domain:update"]],
            handler: write::change,
        },
        Route {
            method: Method::DELETE,
            path: "/v2/domains/{domain_name}/records/{domain_record_id}",
            access: Access::Other,
            scopes: &[&["domain:delete"], &["domain:update"]],
            handler: write::delete,
        },
    ],
};

/// Lists the records of a domain, with the filters of OpenAPI `parameters/domain_name_query` ("a
/// fully qualified record name") and `domain_type_query`. Whether the case of the name matters is
/// not documented; the simulator ignores it, as DNS does.
fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let domain = existing_domain(call)?;
    let query = &call.request.query;
    let (name, record_type) = (query.get("name"), query.get("type"));
    let records = call.account.listed(&KIND).filter(|record| {
        domain_of(record) == domain
            && name.is_none_or(|name| full_name(record).eq_ignore_ascii_case(name))
            && record_type.is_none_or(|wanted| record["type"] == **wanted)
    });
    let items = records.map(|record| Arc::new(shown(record))).collect();
    Ok(Reply::List(Listing { key: KIND.collection, items, kind: None, links: LinkStyle::Usual }))
}

fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let domain = existing_domain(call)?;
    let record = call.account.get(&KIND, call.param(1)).filter(|record| domain_of(record) == domain);
    Ok(Reply::Json(StatusCode::OK, envelope(&KIND, shown(record.ok_or_else(ApiError::not_found)?))))
}
