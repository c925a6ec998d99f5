//! The description of an endpoint: method, path and token scope. No I/O.

use http::Method;

use crate::Error;

/// An endpoint, as an area declares it.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// Path from the root, with a name in braces for each parameter, and the query that every call
    /// has.
    path: &'static str,
    /// Token scope that DigitalOcean requires.
    pub(crate) scope: &'static str,
}

impl Operation {
    pub(crate) const fn new(method: Method, path: &'static str, scope: &'static str) -> Self {
        Self { method, path, scope }
    }

    /// Returns the path's segments with the parameters filled in, not yet percent-encoded.
    ///
    /// A parameter that is empty or a dot segment is refused, because it would call another
    /// endpoint (`/v2/domains/` is the list).
    pub(crate) fn segments(&self, parameters: &[&str]) -> Result<Vec<String>, Error> {
        let path = self.path.split('?').next().unwrap_or_default();
        let mut parameters = parameters.iter();
        let mut segments = Vec::new();
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            let segment =
                if segment.starts_with('{') { parameters.next().copied().unwrap_or_default() } else { segment };
            if matches!(segment, "" | "." | "..") {
                return Err(Error::InvalidParameter { path: self.path, value: segment.to_owned() });
            }
            segments.push(segment.to_owned());
        }
        Ok(segments)
    }

    /// Returns the query that every call of the endpoint has.
    pub(crate) fn query(&self) -> Option<&'static str> {
        self.path.split_once('?').map(|(_, query)| query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_fill_the_path_and_cannot_change_its_structure() {
        let operation = Operation::new(Method::GET, "/v2/projects/{id}/resources?a=b", "project:read");
        assert_eq!(operation.segments(&["a b"]).unwrap(), ["v2", "projects", "a b", "resources"]);
        assert_eq!(operation.query(), Some("a=b"));
        for value in ["", ".", ".."] {
            assert!(matches!(operation.segments(&[value]), Err(Error::InvalidParameter { .. })), "{value:?}");
        }
    }
}
