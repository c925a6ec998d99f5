//! What an endpoint is: method, path and the scope its token needs. Pure.

use http::Method;

use crate::Error;

/// An endpoint, as one constant beside the method that calls it.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// From the root, with `{}` for each parameter.
    path: &'static str,
    /// The token scope DigitalOcean asks for.
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

    /// The path's segments with the parameters in place, not yet percent-encoded.
    ///
    /// A parameter that is empty or a dot segment would call another endpoint (`/v2/domains/` lists), so it is refused.
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
    fn parameters_fill_the_path_and_cannot_leave_it() {
        let operation = Operation::get("/v2/projects/{}/resources", "project:read");
        assert_eq!(operation.segments(&["a b"]).unwrap(), ["v2", "projects", "a b", "resources"]);
        for value in ["", ".", ".."] {
            assert!(matches!(operation.segments(&[value]), Err(Error::InvalidParameter { .. })), "{value:?}");
        }
    }
}
