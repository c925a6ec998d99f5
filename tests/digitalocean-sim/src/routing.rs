//! The operations that the simulator serves, and the selection of the one for a request.

use http::Method;

use crate::call::Params;
use crate::endpoints;
use crate::request::decoded;
use crate::route::Route;

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
