//! The types of the route table, and the selection of the route for a request.

use http::Method;
use serde_json::Value;

use crate::call::{Call, Reply};
use crate::endpoints;
use crate::error::ApiError;
use crate::model::kind::Kind;
use crate::request::decoded;

/// A family of endpoints: one file, and one line in the table of [`endpoints`].
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

/// An operation that the simulator serves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteInfo {
    /// HTTP method, in capitals.
    pub method: String,
    /// Path as the OpenAPI document writes it.
    pub path: String,
    /// Alternatives, each of which is a set of scopes that are all required.
    pub scopes: Vec<Vec<String>>,
}

/// Returns all operations that the simulator serves.
#[must_use]
pub fn routes() -> Vec<RouteInfo> {
    let info = |route: &Route| RouteInfo {
        method: route.method.to_string(),
        path: route.path.to_owned(),
        scopes: route.scopes.iter().map(|all| all.iter().map(ToString::to_string).collect()).collect(),
    };
    endpoints::routes().map(info).collect()
}

/// The values of the path parameters, in their order.
pub(crate) type Params = Vec<String>;

/// Returns the route of a request. A literal segment wins over a parameter, which
/// `/v2/projects/default` needs.
pub(crate) fn find(method: &Method, path: &str) -> Option<(&'static Route, Params)> {
    endpoints::routes()
        .filter(|route| route.method == method)
        .filter_map(|route| Some((route, params(route.path, path)?)))
        .min_by_key(|(_, params)| params.len())
}

fn params(template: &str, path: &str) -> Option<Params> {
    let mut params = Params::new();
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(params),
            (Some(wanted), Some(given)) if wanted.starts_with('{') && !given.is_empty() => params.push(decoded(given)),
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return None,
        }
    }
}

/// Wraps an object in a JSON object under the name of its kind.
pub(crate) fn envelope(kind: &Kind, object: Value) -> Value {
    Value::Object([(kind.single.to_owned(), object)].into_iter().collect())
}
