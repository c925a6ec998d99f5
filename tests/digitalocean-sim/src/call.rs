//! What a handler is given and what it gives back.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde_json::{Map, Value};

use crate::answer::Content;
use crate::error::ApiError;
use crate::model::account::Account;
use crate::model::kind::Kind;
use crate::request::Request;
use crate::route::{Params, envelope};
use crate::scopes::Token;

/// One operation on one account.
pub(crate) struct Call<'a> {
    pub(crate) account: &'a mut Account,
    pub(crate) token: &'a Token,
    pub(crate) request: &'a Request,
    pub(crate) params: Params,
    pub(crate) now: DateTime<Utc>,
    /// Whether the action that is begun is to fail.
    pub(crate) action_fails: bool,
}

/// What a handler answers.
pub(crate) enum Reply {
    /// One JSON document.
    Json(StatusCode, Value),
    /// A list, which the caller cuts into pages.
    List(Listing),
    /// A list of rows that are made for the page that shows them, which the caller cuts out.
    Rows(Rows),
    /// A file.
    File { media_type: &'static str, name: String, body: Content },
    /// 204.
    NoContent,
}

/// A list that need not be held.
pub(crate) struct Rows {
    pub(crate) key: &'static str,
    pub(crate) total: usize,
    pub(crate) row: Box<dyn Fn(usize) -> Value>,
    /// What every page shows besides.
    pub(crate) extra: Map<String, Value>,
}

/// A whole list.
pub(crate) struct Listing {
    pub(crate) key: &'static str,
    pub(crate) items: Vec<Arc<Value>>,
    /// The kind whose scoped fields are to be blanked.
    pub(crate) kind: Option<&'static Kind>,
    pub(crate) links: LinkStyle,
}

/// Which links a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkStyle {
    /// None for a single page; else `next` and `last` before the last page, `first` and `prev` after the first, as the OpenAPI
    /// description has it ("Links & Pagination"), and traffic recorded by dns-lexicon/dns-lexicon (`tests/fixtures/cassettes/digitalocean`).
    Usual,
    /// One answer, without `links` and `meta` (OpenAPI `responses/database_clusters`, `list_namespaces`, `all_registries_info`).
    Unpaged,
    /// `first` and `last` always, `prev` and `next` where there is one (OpenAPI `responses/resources_list`;
    /// `digitalocean/droplet_kit`, `spec/fixtures/projects/resources.json`).
    FirstAndLast,
}

impl Call<'_> {
    /// A path parameter.
    pub(crate) fn param(&self, index: usize) -> &str {
        self.params.get(index).map_or("", String::as_str)
    }

    /// The body as a JSON object.
    pub(crate) fn body(&self) -> Result<Map<String, Value>, ApiError> {
        match serde_json::from_slice(&self.request.body) {
            Ok(Value::Object(body)) => Ok(body),
            _ => Err(ApiError::bad_request("Unable to parse the request body as a JSON object.")),
        }
    }

    /// The answer that shows one object.
    pub(crate) fn show(&self, kind: &Kind, id: &str, status: StatusCode) -> Result<Reply, ApiError> {
        let object = self.account.get(kind, id).ok_or_else(ApiError::not_found)?;
        Ok(Reply::Json(status, envelope(kind, kind.visible_to(object, self.token))))
    }

    /// The answer that lists the objects of a kind that pass a filter.
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
