//! The types of the route table.

use http::Method;

use crate::call::{Call, Reply};
use crate::error::ApiError;
use crate::model::kind::Kind;

/// A family of endpoints: one file, and one line in the table of `endpoints`.
pub(crate) struct Family {
    /// Kind of object that the family serves, if it defines one.
    pub(crate) kind: Option<&'static Kind>,
    pub(crate) routes: &'static [Route],
}

/// One operation of the API.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// Path as the OpenAPI document writes it.
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    /// Alternatives, each of which is a set of scopes that are all required (OpenAPI: `security`).
    pub(crate) scopes: &'static [&'static [&'static str]],
    pub(crate) handler: fn(&mut Call<'_>) -> Result<Reply, ApiError>,
}

/// The answer to a token in mode `filtered` without the scope: an empty list, a hidden object, or
/// 403 for other operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    List,
    Object,
    Other,
}
