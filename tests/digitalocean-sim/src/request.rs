//! A request in the form in which the simulator processes it.

use http::{HeaderMap, Method};
use url::form_urlencoded;

/// A request to the API.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Query,
    /// Bearer token, if one was sent.
    pub(crate) bearer: Option<String>,
    /// Scheme and host that the client used, with which every absolute URL in an answer begins.
    pub(crate) origin: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: Method, uri: &http::Uri, headers: &HeaderMap, body: Vec<u8>, base_url: &str) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            method,
            path: uri.path().to_owned(),
            query: Query::parse(uri.query().unwrap_or_default()),
            bearer: text("authorization")
                .and_then(|value| value.split_once(' '))
                .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                .map(|(_, token)| token.trim().to_owned()),
            origin: text("host").map_or_else(|| base_url.to_owned(), |host| format!("http://{host}")),
            body,
        }
    }
}

/// The query parameters in the order in which they were sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

/// Source of both limits: OpenAPI `parameters/per_page`.
const DEFAULT_PER_PAGE: usize = 20;
const MAX_PER_PAGE: usize = 200;

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&String> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The requested page. DO's answer to page 0 or to a text is not documented; the simulator
    /// answers page 1.
    pub(crate) fn page(&self) -> usize {
        self.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1)
    }

    /// The page size. DO reduces a greater one to its maximum (api-v2 issue 43). Its answer to 0 or
    /// to a text is not documented; the simulator uses the default.
    pub(crate) fn per_page(&self) -> usize {
        let requested = self.get("per_page").and_then(|size| size.parse().ok()).filter(|size| *size > 0);
        requested.unwrap_or(DEFAULT_PER_PAGE).min(MAX_PER_PAGE)
    }

    /// The query with another page, and otherwise only the parameters that were sent, as in traffic
    /// recorded by dns-lexicon/dns-lexicon.
    pub(crate) fn with_page(&self, page: usize) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.0.iter().filter(|(name, _)| name != "page") {
            text.append_pair(name, value);
        }
        // The position of `page` among other parameters is not known: in the recorded URLs it is
        // the only one.
        text.append_pair("page", &page.to_string());
        text.finish()
    }
}

impl std::fmt::Display for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish();
        f.write_str(&text)
    }
}

/// Removes the percent-encoding of a path segment.
pub(crate) fn decoded(segment: &str) -> String {
    // The form decoder gives `+`, `&` and `=` a meaning that they do not have in a path.
    let segment = segment.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(segment.as_bytes()).next().map(|(text, _)| text.into_owned()).unwrap_or_default()
}
