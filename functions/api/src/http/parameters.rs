//! Reads query and path parameters strictly and collects all errors of a request.

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

/// A type that can be read from parameters.
pub trait FromParameters: Sized {
    /// Reads every field. The result is `None` if a required parameter is missing or invalid; the
    /// error is then recorded in `parameters`.
    fn read(parameters: &mut Parameters) -> Option<Self>;
}

impl Parameters {
    /// Takes decoded parameters as name and value; a name may occur several times.
    #[must_use]
    pub fn new(location: ParameterLocation, values: Vec<(String, String)>) -> Self {
        Self { location, values, errors: Vec::new() }
    }

    /// Parses a query string. A pair that is not percent-encoded UTF-8 is an error, not replaced by
    /// a guess.
    #[must_use]
    pub fn of_query(query: &str) -> Self {
        let mut parameters = Self::new(ParameterLocation::Query, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) => parameters.values.push((name, value)),
                (Some(name), None) => parameters.add_error(&name, "expected percent-encoded UTF-8"),
                (None, _) => parameters.add_error("", "expected percent-encoded UTF-8"),
            }
        }
        parameters
    }

    /// Removes a parameter and returns its text. A repeated name is an error, because it is unclear
    /// which value applies.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        let (found, others): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.values).into_iter().partition(|(n, _)| n == name);
        self.values = others;
        if found.len() > 1 {
            self.add_error(name, "expected once");
        }
        found.into_iter().next().map(|(_, value)| value)
    }

    /// Reads a parameter with `read`. The error says only what was expected, because the texts of
    /// `read`'s errors may repeat what the caller sent.
    pub fn parse<T>(&mut self, name: &'static str, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let value = read(&text);
        if value.is_none() {
            self.add_error(name, &format!("expected {expected}"));
        }
        value
    }

    /// Reads a parameter that must be present; otherwise like [`Self::parse`].
    pub fn required<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        if self.values.iter().any(|(n, _)| n == name) {
            return self.parse(name, expected, read);
        }
        self.add_error(name, &format!("missing; expected {expected}"));
        None
    }

    /// Records an error of a parameter. A name that could be a secret is left out, see
    /// [`is_plain`].
    pub fn add_error(&mut self, name: &str, detail: &str) {
        let location = match self.location {
            ParameterLocation::Query => "query",
            ParameterLocation::Path => "path",
        };
        let pointer = if is_plain(name) { format!("#/{location}/{name}") } else { format!("#/{location}") };
        self.errors.push(ValidationError { pointer, detail: detail.to_owned() });
    }

    /// Returns the value if there are no errors. A parameter that was never read is an error as
    /// well: a misspelt filter must not silently widen the result.
    ///
    /// # Errors
    /// 400 with an entry for each wrong parameter.
    pub fn finish<T>(mut self, read: Option<T>) -> Result<T, ApiProblem> {
        for (name, _) in std::mem::take(&mut self.values) {
            self.add_error(&name, "unknown parameter");
        }
        self.errors.sort();
        self.errors.dedup();
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            _ => Err(ApiProblem::invalid(self.errors)),
        }
    }
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
        let kind = parameters.text("kind");
        let limit: Option<u8> = parameters.parse("limit", "a number", |text| text.parse().ok());
        assert_eq!((kind.as_deref(), limit), (Some("a"), None));
        let problem = parameters.finish(Some(())).unwrap_err();
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
