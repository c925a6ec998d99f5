//! Reads query and path parameters strictly as types that serde derives, and collects all errors of
//! a request.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::de::value::{Error, MapDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Unexpected, Visitor};
use serde::{Deserialize, de, forward_to_deserialize_any};
use serde_path_to_error::Segment;

use super::problem::{ApiProblem, ValidationError};

/// The part of the request that contains the parameters; the second segment of an error's pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterLocation {
    /// The query string after the question mark.
    Query,
    /// The placeholders in the route's path.
    Path,
}

/// Parameters of a request that were not read yet, and the errors so far.
#[derive(Debug)]
pub struct Parameters {
    location: ParameterLocation,
    values: Vec<(String, String)>,
    errors: Vec<ValidationError>,
}

impl Parameters {
    /// Takes decoded parameters as name and value. A repeated name is an error, because it is
    /// unclear which value applies.
    #[must_use]
    pub fn new(location: ParameterLocation, values: Vec<(String, String)>) -> Self {
        let mut parameters = Self { location, values: Vec::new(), errors: Vec::new() };
        for (name, value) in values {
            if parameters.values.iter().any(|(before, _)| *before == name) {
                parameters.add_error(&name, "expected once");
            } else {
                parameters.values.push((name, value));
            }
        }
        parameters
    }

    /// Parses a query string. A pair that is not percent-encoded UTF-8 is an error, not replaced by
    /// a guess.
    #[must_use]
    pub fn of_query(query: &str) -> Self {
        let (mut values, mut undecoded) = (Vec::new(), Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) => values.push((name, value)),
                (name, _) => undecoded.push(name.unwrap_or_default()),
            }
        }
        let mut parameters = Self::new(ParameterLocation::Query, values);
        undecoded.iter().for_each(|name| parameters.add_error(name, "expected percent-encoded UTF-8"));
        parameters
    }

    /// Separates the parameters with these names from the others.
    #[must_use]
    pub fn split(mut self, names: &[&str]) -> (Self, Self) {
        let (named, others) = self.values.into_iter().partition(|(name, _)| names.contains(&name.as_str()));
        self.values = others;
        (Self { location: self.location, values: named, errors: Vec::new() }, self)
    }

    /// Reads the parameters. After each error the wrong parameter is taken out and the others are
    /// read again, so that all errors are found. An unknown parameter is an error if the type
    /// denies unknown fields, as those of queries do: a misspelt filter must not silently widen the
    /// result.
    pub fn read<T: DeserializeOwned>(&mut self) -> Option<T> {
        loop {
            let values = self.values.iter().map(|(name, value)| (name.as_str(), ParameterText(value)));
            let error = match serde_path_to_error::deserialize(MapDeserializer::<_, Error>::new(values)) {
                Ok(read) => return Some(read),
                Err(error) => error,
            };
            let text = error.inner().to_string();
            let wrong = match error.path().iter().next() {
                Some(Segment::Map { key }) => self.values.iter().position(|(name, _)| name == key),
                _ => None,
            };
            let Some(wrong) = wrong else {
                let missing = quoted_after(&text, "missing field `").unwrap_or_default();
                let pointer = self.pointer_to(missing);
                if !self.errors.iter().any(|error| error.pointer == pointer) {
                    self.add_error(missing, "missing");
                }
                return None;
            };
            let (name, _) = self.values.remove(wrong);
            let is_unknown = text.starts_with("unknown field `");
            self.add_error(&name, &if is_unknown { "unknown parameter".to_owned() } else { expected(&text) });
        }
    }

    fn pointer_to(&self, name: &str) -> String {
        let location = match self.location {
            ParameterLocation::Query => "query",
            ParameterLocation::Path => "path",
        };
        if is_plain(name) { format!("#/{location}/{name}") } else { format!("#/{location}") }
    }

    /// Records an error of a parameter. A name that could be a secret is left out, see
    /// [`is_plain`].
    pub fn add_error(&mut self, name: &str, detail: &str) {
        self.errors.push(ValidationError::new(self.pointer_to(name), detail));
    }

    /// Returns what was read if there are no errors, in this part of the parameters or in another.
    ///
    /// # Errors
    /// 400 with an entry for each wrong parameter.
    pub fn finish<T>(self, others: Vec<Self>, read: Option<T>) -> Result<T, ApiProblem> {
        let mut errors = self.errors;
        errors.extend(others.into_iter().flat_map(|others| others.errors));
        errors.sort();
        errors.dedup();
        match read {
            Some(read) if errors.is_empty() => Ok(read),
            _ => Err(ApiProblem::invalid(errors)),
        }
    }
}

/// The decoded text of a parameter as serde reads it: a present text is `Some`, and may be the name
/// of an enum's variant.
struct ParameterText<'a>(&'a str);

impl<'de> IntoDeserializer<'de, Error> for ParameterText<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for ParameterText<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(de::Error::invalid_value(Unexpected::Other("text"), &"true or false")),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// Parses a parameter's text with `parse`, for fields whose type does not say by itself what is
/// expected.
///
/// # Errors
/// Fails with what was `expected` if the text is not valid; the text itself is left out.
pub fn parsed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| de::Error::invalid_value(Unexpected::Other("text"), &expected))
}

/// Parses a time as RFC 3339 with an offset.
///
/// # Errors
/// Fails if the text is not such a time.
pub fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let parse = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
    parsed(deserializer, "an RFC 3339 time such as 2026-04-12T08:00:00Z", parse).map(Some)
}

/// Reads a text of 1 to `MAX` characters.
///
/// # Errors
/// Fails if the text is empty or longer.
pub fn short_text<'de, D: Deserializer<'de>, const MAX: usize>(deserializer: D) -> Result<Option<String>, D::Error> {
    let fits = |text: &str| (1..=MAX).contains(&text.chars().count()).then(|| text.to_owned());
    parsed(deserializer, &format!("1 to {MAX} characters"), fits).map(Some)
}

/// What serde expected, from the end of its message or after the name of an id. The part before it
/// is dropped, because it repeats what the caller sent.
#[must_use]
pub fn expected(text: &str) -> String {
    let of_serde = text.rsplit_once(", expected ").map(|(_, expected)| expected);
    let of_id = || text.split_once(" must be ").filter(|(what, _)| is_plain(what)).map(|(_, rule)| rule);
    let Some(expected) = of_serde.or_else(of_id) else { return "not a valid value".to_owned() };
    format!("expected {}", expected.split(" at line ").next().unwrap_or_default())
}

/// The plain name between backquotes after this prefix of serde's message.
#[must_use]
pub fn quoted_after<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (name, _) = text.strip_prefix(prefix)?.split_once('`')?;
    is_plain(name).then_some(name)
}

/// Returns whether an error may repeat a name: only letters and underscores, at most 32, so that it
/// cannot be a token.
#[must_use]
pub fn is_plain(name: &str) -> bool {
    (1..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
}

/// The decoded name in a pair of a query string; `None` if it is not percent-encoded UTF-8.
#[must_use]
pub fn name_of(pair: &str) -> Option<String> {
    decode(pair.split_once('=').map_or(pair, |(name, _)| name))
}

/// Decodes percent-encoding and `+` as a space; `None` for invalid input.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut bytes_left = text.bytes();
    while let Some(byte) = bytes_left.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex_digit(bytes_left.next()?)? * 16 + hex_digit(bytes_left.next()?)?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Returns whether every `%` of a path begins a valid escape.
#[must_use]
pub fn is_percent_encoded(path: &str) -> bool {
    path.split('%').skip(1).all(|after| after.len() >= 2 && after.bytes().take(2).all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        kind: Option<String>,
        #[serde(default, deserialize_with = "limit")]
        limit: Option<u8>,
    }

    fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
        parsed(deserializer, "a number", |text| text.parse().ok()).map(Some)
    }

    #[test]
    fn only_valid_encodings_are_decoded() {
        let good = [("a%20b+c", "a b c"), ("%C3%A9", "é"), ("", ""), ("2a03%3Ab0c0::1", "2a03:b0c0::1")];
        for (text, expected) in good {
            assert_eq!(decode(text).as_deref(), Some(expected));
        }
        for bad in ["%", "%4", "%zz", "%ff", "%C3", "%+1"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
        assert!(is_percent_encoded("/a%20b/c") && !is_percent_encoded("/a%2") && !is_percent_encoded("/%zz/"));
    }

    #[test]
    fn unknown_repeated_and_invalid_parameters_are_all_reported() {
        let mut parameters = Parameters::of_query("limt=5&kind=a&kind=b&limit=x&dop_v1_0123=1&q=%zz");
        assert_eq!(parameters.read::<Sample>(), Some(Sample { kind: Some("a".to_owned()), limit: None }));
        let problem = parameters.finish(Vec::new(), Some(())).unwrap_err();
        let shown: Vec<_> = problem.errors.iter().map(|e| (e.pointer.as_str(), e.detail.as_str())).collect();
        let expected = [
            ("#/query", "unknown parameter"),
            ("#/query/kind", "expected once"),
            ("#/query/limit", "expected a number"),
            ("#/query/limt", "unknown parameter"),
            ("#/query/q", "expected percent-encoded UTF-8"),
        ];
        assert_eq!(shown, expected);
    }
}
