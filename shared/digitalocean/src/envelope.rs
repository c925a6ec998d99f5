//! The JSON envelope of a response: `{"droplet": {…}}`,
//! `{"droplets": […], "links": {…}, "meta": {…}}`, or an error body. No I/O.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::value::RawValue;

/// One page of a list.
#[derive(Debug)]
pub(crate) struct ListPage<T> {
    pub(crate) items: Vec<T>,
    /// Link in `links.pages.next`, unless it is absent, `null` or empty.
    pub(crate) next: Option<String>,
    /// Number of items in the whole list, from `meta.total` or `total`.
    pub(crate) total: Option<u64>,
}

/// The reason why a response body could not be decoded.
#[derive(Debug)]
pub(crate) enum BodyParseError {
    /// The body is an error body although the status promised a result.
    ErrorBody(ErrorBody),
    /// The JSON ends in the middle.
    Truncated(serde_json::Error),
    /// The JSON has another shape than expected; `at` is the path of the first mismatch.
    UnexpectedShape { at: String, source: serde_json::Error },
}

/// DigitalOcean's error body: an error id and a message.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) id: String,
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
}

impl ErrorBody {
    /// Parses an error body; `None` when the body is something else (empty, HTML, other JSON).
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
}

/// Reads the object under `key`.
pub(crate) fn read_one<T: DeserializeOwned>(body: &[u8], key: &'static str) -> Result<T, BodyParseError> {
    Envelope::open(body)?.required(key)
}

/// Reads an object that is not wrapped in a key. `T` must have a required field; otherwise an error
/// body could pass for it.
pub(crate) fn read_unwrapped<T: DeserializeOwned>(body: &[u8]) -> Result<T, BodyParseError> {
    read_json(body).map_err(|(at, source)| parse_error(body, at, source))
}

/// Accepts any body except an error body, for calls without a result.
pub(crate) fn read_no_content(body: &[u8]) -> Result<(), BodyParseError> {
    ErrorBody::parse(body).map_or(Ok(()), |error| Err(BodyParseError::ErrorBody(error)))
}

/// Reads the list under `key`. A missing list is an error. `null` is an empty list only if the
/// total is zero.
pub(crate) fn read_page<T: DeserializeOwned>(body: &[u8], key: &'static str) -> Result<ListPage<T>, BodyParseError> {
    read_list(body, key, |total| total == Some(0))
}

/// Reads a list that DigitalOcean sends without a total. `null` is an empty list unless there is a
/// total above zero.
pub(crate) fn read_unpaged<T: DeserializeOwned>(body: &[u8], key: &'static str) -> Result<ListPage<T>, BodyParseError> {
    read_list(body, key, |total| total.unwrap_or(0) == 0)
}

fn read_list<T: DeserializeOwned>(
    body: &[u8],
    key: &'static str,
    null_is_empty: impl Fn(Option<u64>) -> bool,
) -> Result<ListPage<T>, BodyParseError> {
    let envelope = Envelope::open(body)?;
    let meta: Option<Meta> = envelope.optional("meta")?;
    // One service sends the total beside the list and not in `meta`.
    let total = meta.map_or_else(|| envelope.optional("total"), |meta| Ok(meta.total))?;
    let items = match envelope.required::<Option<Vec<T>>>(key)? {
        Some(items) => items,
        None if null_is_empty(total) => Vec::new(),
        None => {
            let source = serde_json::Error::custom(format!("`{key}` is null, with a total of {total:?}"));
            return Err(BodyParseError::UnexpectedShape { at: key.to_owned(), source });
        }
    };
    let pages = envelope.optional("links")?.and_then(|links: Links| links.pages);
    let next = pages.and_then(|pages| pages.next).filter(|next| !next.is_empty());
    Ok(ListPage { items, next, total })
}

#[derive(Deserialize)]
struct Links {
    pages: Option<PageLinks>,
}

#[derive(Deserialize)]
struct PageLinks {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Meta {
    total: Option<u64>,
}

/// The JSON object of a response. Its members are read one by one, because the key of the result is
/// only known at run time.
struct Envelope<'a> {
    body: &'a [u8],
    members: HashMap<String, &'a RawValue>,
}

impl<'a> Envelope<'a> {
    fn open(body: &'a [u8]) -> Result<Self, BodyParseError> {
        let members = serde_json::from_slice(body).map_err(|source| parse_error(body, ".".to_owned(), source))?;
        Ok(Self { body, members })
    }

    fn required<T: DeserializeOwned>(&self, key: &'static str) -> Result<T, BodyParseError> {
        let Some(value) = self.members.get(key) else {
            return Err(parse_error(self.body, ".".to_owned(), serde_json::Error::missing_field(key)));
        };
        read_json(value.get().as_bytes()).map_err(|(path, source)| {
            let at = match path.as_str() {
                "." => key.to_owned(),
                path if path.starts_with('[') => format!("{key}{path}"),
                path => format!("{key}.{path}"),
            };
            parse_error(self.body, at, source)
        })
    }

    /// Reads a member that may be absent or `null`.
    fn optional<T: DeserializeOwned>(&self, key: &'static str) -> Result<Option<T>, BodyParseError> {
        if self.members.contains_key(key) { self.required(key) } else { Ok(None) }
    }
}

/// Reads JSON; an error comes with the path of the first mismatch.
fn read_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, (String, serde_json::Error)> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let mut track = serde_path_to_error::Track::new();
    let read = T::deserialize(serde_path_to_error::Deserializer::new(&mut deserializer, &mut track));
    read.and_then(|read| deserializer.end().map(|()| read)).map_err(|source| (track.path().to_string(), source))
}

fn parse_error(body: &[u8], at: String, source: serde_json::Error) -> BodyParseError {
    if source.is_eof() {
        return BodyParseError::Truncated(source);
    }
    match ErrorBody::parse(body) {
        Some(error) => BodyParseError::ErrorBody(error),
        None => BodyParseError::UnexpectedShape { at, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(json: &str) -> Result<ListPage<u32>, BodyParseError> {
        read_page(json.as_bytes(), "things")
    }

    #[test]
    fn every_form_of_a_missing_next_link_ends_the_list() {
        for links in [
            "",
            r#","links":{}"#,
            r#","links":null"#,
            r#","links":{"pages":{}}"#,
            r#","links":{"pages":null}"#,
            r#","links":{"pages":{"next":null}}"#,
            r#","links":{"pages":{"next":"","first":"https://x/?page=1","last":"https://x/?page=1"}}"#,
        ] {
            let page = page(&format!(r#"{{"things":[1,2]{links},"meta":{{"total":2}}}}"#)).unwrap();
            assert_eq!((page.items, page.next, page.total), (vec![1, 2], None, Some(2)), "{links}");
        }
        let page = page(r#"{"meta":null,"links":{"pages":{"next":"?page=2"}},"things":[]}"#).unwrap();
        assert_eq!((page.items, page.next.as_deref(), page.total), (vec![], Some("?page=2"), None));
    }

    #[test]
    fn null_is_empty_only_with_a_total_of_zero() {
        assert!(page(r#"{"things":null,"meta":{"total":0}}"#).unwrap().items.is_empty());
        for json in [r#"{"things":null,"meta":{"total":3}}"#, r#"{"things":null}"#] {
            assert!(matches!(page(json), Err(BodyParseError::UnexpectedShape { at, .. }) if at == "things"), "{json}");
        }
    }

    #[test]
    fn a_list_without_pages_may_be_null_when_empty() {
        let unpaged = |json: &str| read_unpaged::<u32>(json.as_bytes(), "things");
        for json in [r#"{"things":null}"#, r#"{"things":[]}"#, r#"{"things":null,"meta":{"total":0}}"#] {
            assert!(unpaged(json).unwrap().items.is_empty(), "{json}");
        }
        for json in ["{}", "null", r#"{"things":{}}"#, r#"{"things":null,"meta":{"total":3}}"#] {
            assert!(matches!(unpaged(json), Err(BodyParseError::UnexpectedShape { .. })), "{json}");
        }
    }

    #[test]
    fn another_shape_is_never_an_empty_list() {
        for json in
            ["{}", "[]", "null", "\"ok\"", r#"{"others":[]}"#, r#"{"things":{}}"#, "<html>", r#"{"things":[]} x"#]
        {
            assert!(matches!(page(json), Err(BodyParseError::UnexpectedShape { .. })), "{json}");
        }
        for json in ["", r#"{"things":[1,"#, r#"{"things":[1]"#, r#"{"things":[1],"me"#] {
            assert!(matches!(page(json), Err(BodyParseError::Truncated(_))), "{json}");
        }
    }

    #[test]
    fn an_object_without_a_key_is_distinguished_from_an_error_body() {
        #[derive(Debug, Deserialize)]
        struct Thing {
            size: u32,
        }
        assert_eq!(read_unwrapped::<Thing>(br#"{"size":3,"more":[]}"#).unwrap().size, 3);
        let bare = |json: &str| read_unwrapped::<Thing>(json.as_bytes());
        assert!(matches!(bare(r#"{"id":"not_found","message":"No"}"#), Err(BodyParseError::ErrorBody(_))));
        assert!(matches!(bare(r#"{"size":"3"}"#), Err(BodyParseError::UnexpectedShape { at, .. }) if at == "size"));
        assert!(matches!(bare(r#"{"size":3"#), Err(BodyParseError::Truncated(_))));
    }

    #[test]
    fn an_error_body_is_recognised() {
        let error = page(r#"{"id":"server_error","message":"Oops","request_id":"r-9"}"#).unwrap_err();
        let BodyParseError::ErrorBody(error) = error else { panic!("{error:?}") };
        assert_eq!((error.id.as_str(), error.request_id.as_deref()), ("server_error", Some("r-9")));
    }

    #[test]
    fn an_error_names_the_path_of_the_mismatch() {
        let Err(BodyParseError::UnexpectedShape { at, source }) = page(r#"{"things":[1,2,"three"]}"#) else { panic!() };
        assert_eq!(at, "things[2]");
        assert!(source.to_string().contains("three"), "{source}");
        let Err(BodyParseError::UnexpectedShape { at, .. }) = read_one::<u32>(br#"{"thing":false}"#, "thing") else {
            panic!()
        };
        assert_eq!(at, "thing");
    }
}
