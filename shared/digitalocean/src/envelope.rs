//! The JSON envelope of a response: `{"droplet": {…}}`,
//! `{"droplets": […], "links": {…}, "meta": {…}}`, or an error body. No I/O.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor};

/// One page of a list.
#[derive(Debug)]
pub(crate) struct ListPage<T> {
    pub(crate) items: Vec<T>,
    /// Link in `links.pages.next`, unless it is absent, `null` or empty.
    pub(crate) next: Option<String>,
    /// Number of items in the whole list, from `meta.total`.
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
    #[serde(default)]
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
    read(body, ResponseEnvelope { key, marker: PhantomData, with_paging: false })
        .map(|read: EnvelopeContents<T>| read.value)
}

/// Reads an object that is not wrapped in a key. `T` must have a required field; otherwise an error
/// body could pass for it.
pub(crate) fn read_unwrapped<T: DeserializeOwned>(body: &[u8]) -> Result<T, BodyParseError> {
    read(body, PhantomData)
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
    let read: EnvelopeContents<Option<Vec<T>>> =
        read(body, ResponseEnvelope { key, marker: PhantomData, with_paging: true })?;
    let total = read.meta.and_then(|meta| meta.total);
    let items = match read.value {
        Some(items) => items,
        None if null_is_empty(total) => Vec::new(),
        None => {
            let source = serde_json::Error::custom(format!("`{key}` is null, with a total of {total:?}"));
            return Err(BodyParseError::UnexpectedShape { at: key.to_owned(), source });
        }
    };
    let next = read.links.and_then(|links| links.pages).and_then(|pages| pages.next).filter(|next| !next.is_empty());
    Ok(ListPage { items, next, total })
}

#[derive(Deserialize)]
struct Links {
    #[serde(default)]
    pages: Option<PageLinks>,
}

#[derive(Deserialize)]
struct PageLinks {
    #[serde(default)]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(default)]
    total: Option<u64>,
}

struct EnvelopeContents<T> {
    value: T,
    links: Option<Links>,
    meta: Option<Meta>,
}

/// Reads the value under `key`. No derived type can do this, because the key is only known at run
/// time.
struct ResponseEnvelope<T> {
    key: &'static str,
    marker: PhantomData<T>,
    /// True if `links` and `meta` are read as well.
    with_paging: bool,
}

fn read<S: for<'de> DeserializeSeed<'de, Value = T>, T>(body: &[u8], seed: S) -> Result<T, BodyParseError> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let mut track = serde_path_to_error::Track::new();
    let read = seed.deserialize(serde_path_to_error::Deserializer::new(&mut json, &mut track));
    let source = match read.and_then(|read| json.end().map(|()| read)) {
        Ok(read) => return Ok(read),
        Err(source) => source,
    };
    if source.is_eof() {
        return Err(BodyParseError::Truncated(source));
    }
    match ErrorBody::parse(body) {
        Some(error) => Err(BodyParseError::ErrorBody(error)),
        None => Err(BodyParseError::UnexpectedShape { at: track.path().to_string(), source }),
    }
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for ResponseEnvelope<T> {
    type Value = EnvelopeContents<T>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<EnvelopeContents<T>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for ResponseEnvelope<T> {
    type Value = EnvelopeContents<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.key)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EnvelopeContents<T>, A::Error> {
        let (mut value, mut links, mut meta) = (None, None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                key if key == self.key => value = Some(map.next_value()?),
                "links" if self.with_paging => links = map.next_value()?,
                "meta" if self.with_paging => meta = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let value = value.ok_or_else(|| A::Error::missing_field(self.key))?;
        Ok(EnvelopeContents { value, links, meta })
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
