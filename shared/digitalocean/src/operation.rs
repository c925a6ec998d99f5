//! The description of an endpoint: method, path and token scope. No I/O.

use http::Method;

use crate::Error;

/// An endpoint, declared as one constant beside the method that calls it.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// Path from the root, with `{}` for each parameter.
    path: &'static str,
    /// Token scope that DigitalOcean requires.
    pub(crate) scope: &'static str,
}

impl Operation {
    pub(crate) const fn get(path: &'static str, scope: &'static str) -> Self {
        Self { method: Method::GET, path, scope }
    }

    pub(crate) const fn post(path: &'static str, scope: &'static str) -> Self {
        Self { method: Method::POST, path, scope }
    }

    pub(crate) const fn put(path: &'static str, scope: &'static str) -> Self {
        Self { method: Method::PUT, path, scope }
    }

    pub(crate) const fn delete(path: &'static str, scope: &'static str) -> Self {
        Self { method: Method::DELETE, path, scope }
    }

    /// Returns the path's segments with the parameters filled in, not yet percent-encoded.
    ///
    /// A parameter that is empty or a dot segment is refused, because it would call another
    /// endpoint (`/v2/domains/` is the list).
    pub(crate) fn segments(&self, parameters: &[&str]) -> Result<Vec<String>, Error> {
        let mut parameters = parameters.iter();
        let mut segments = Vec::new();
        for segment in self.path.split('/').filter(|segment| !segment.is_empty()) {
            let segment = if segment == "{}" { parameters.next().copied().unwrap_or_default() } else { segment };
            if matches!(segment, "" | "." | "..") {
                return Err(Error::InvalidParameter { path: self.path, value: segment.to_owned() });
            }
            segments.push(segment.to_owned());
        }
        Ok(segments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_fill_the_path_and_cannot_change_its_structure() {
        let operation = Operation::get("/v2/projects/{}/resources", "project:read");
        assert_eq!(operation.segments(&["a b"]).unwrap(), ["v2", "projects", "a b", "resources"]);
        for value in ["", ".", ".."] {
            assert!(matches!(operation.segments(&[value]), Err(Error::InvalidParameter { .. })), "{value:?}");
        }
    }
}
