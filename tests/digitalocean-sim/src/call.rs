//! The input of an endpoint handler and its result.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Map, Value};

use crate::content::Content;
use crate::error::ApiError;
use crate::model::account::Account;
use crate::model::kind::Kind;
use crate::request::Request;
use crate::scopes::Token;

/// The values of the path parameters, in their order.
pub(crate) type Params = Vec<String>;

/// One operation on one account.
pub(crate) struct Call<'a> {
    pub(crate) account: &'a mut Account,
    pub(crate) token: &'a Token,
    pub(crate) request: &'a Request,
    pub(crate) params: Params,
    pub(crate) now: DateTime<Utc>,
    /// True if a fault makes the action fail that this request starts.
    pub(crate) action_fails: bool,
}

/// The result of a handler, before paging.
pub(crate) enum Reply {
    /// One JSON document with its status.
    Json(StatusCode, Value),
    /// A list whose objects are in memory; the dispatcher cuts it into pages.
    List(Listing),
    /// A list whose rows are computed only for the requested page, which the dispatcher selects.
    Rows(Rows),
    /// A file to download, such as the CSV of an invoice.
    File { media_type: &'static str, name: String, body: Content },
    /// Status 204 with an empty body.
    NoContent,
}

/// A list whose rows are computed on demand, so that it need not be in memory.
pub(crate) struct Rows {
    pub(crate) key: &'static str,
    pub(crate) total: usize,
    pub(crate) row: Box<dyn Fn(usize) -> Value>,
    /// Further fields of every page, besides the list itself.
    pub(crate) extra: Map<String, Value>,
}

/// A complete list, whose objects are in memory.
pub(crate) struct Listing {
    pub(crate) key: &'static str,
    pub(crate) items: Vec<Arc<Value>>,
    /// The kind whose fields are blanked without their scope; none if no field is scoped or the
    /// handler has blanked them.
    pub(crate) kind: Option<&'static Kind>,
    pub(crate) links: LinkStyle,
}

/// The style of a list's page links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkStyle {
    /// A single page has no links. Otherwise `next` and `last` come on every page but the last,
    /// `first` and `prev` on every page but the first. Sources: the OpenAPI description ("Links &
    /// Pagination"), and traffic recorded by dns-lexicon/dns-lexicon
    /// (`tests/fixtures/cassettes/digitalocean`).
    Usual,
    /// All objects in one answer, without `links` and `meta` (OpenAPI
    /// `responses/database_clusters`, `list_namespaces`, `all_registries_info`).
    Unpaged,
    /// `first` and `last` on every page, `prev` and `next` where such a page exists (OpenAPI
    /// `responses/resources_list`; `digitalocean/droplet_kit`,
    /// `spec/fixtures/projects/resources.json`).
    FirstAndLast,
    /// `total` beside the list, without `links` and `meta` (OpenAPI
    /// `schemas/vectordbListVectorDBsResponse`).
    Total,
}

impl Call<'_> {
    /// Returns a path parameter by its position, empty if there is none.
    pub(crate) fn param(&self, index: usize) -> &str {
        self.params.get(index).map_or("", String::as_str)
    }

    /// Parses the body as a JSON object; anything else is a 400.
    pub(crate) fn body(&self) -> Result<Map<String, Value>, ApiError> {
        match serde_json::from_slice(&self.request.body) {
            Ok(Value::Object(body)) => Ok(body),
            _ => Err(ApiError::bad_request("Unable to parse the request body as a JSON object.")),
        }
    }

    /// Builds the answer that shows one object, or a 404.
    pub(crate) fn show(&self, kind: &Kind, id: &str, status: StatusCode) -> Result<Reply, ApiError> {
        let object = self.account.get(kind, id).ok_or_else(ApiError::not_found)?;
        Ok(Reply::Json(status, envelope(kind, kind.visible_to(object, self.token))))
    }

    /// Builds the answer that lists those objects of a kind that pass a filter.
    pub(crate) fn list(&self, kind: &'static Kind, links: LinkStyle, keep: impl Fn(&Value) -> bool) -> Reply {
        let items = self.account.listed(kind).filter(|object| keep(object)).cloned().collect();
        Reply::List(Listing { key: kind.collection, items, kind: Some(kind), links })
    }

    /// Removes the object that the first path parameter names.
    pub(crate) fn delete(&mut self, kind: &Kind) -> Result<Reply, ApiError> {
        let id = self.param(0).to_owned();
        if self.account.remove_with_list_lag(kind, &id, self.now) {
            Ok(Reply::NoContent)
        } else {
            Err(ApiError::not_found())
        }
    }
}

/// Wraps an object in a JSON object under the name of its kind.
pub(crate) fn envelope(kind: &Kind, object: Value) -> Value {
    Value::Object([(kind.single.to_owned(), object)].into_iter().collect())
}
