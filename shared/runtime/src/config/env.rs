//! Reads and validates environment variables.

use std::{collections::HashMap, fmt, ops::RangeInclusive, str::FromStr, time::Duration};

use serde::de::DeserializeOwned;
use url::Url;

/// A variable that is missing or invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The name of the variable.
    pub variable: String,
    /// A description of the problem without the value, for example `is missing`.
    pub wrong: String,
    /// A description or an example of a valid value.
    pub expected: String,
}

/// All problems of the configuration at once.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The problems, at least one, in the order in which the variables were read.
    pub problems: Vec<ConfigProblem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid configuration: ")?;
        for (index, ConfigProblem { variable, wrong, expected }) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{variable} {wrong} (expected {expected})")?;
        }
        Ok(())
    }
}

/// The same text as `Display`, because a `main` that returns the error prints its `Debug`.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

/// The error of a getter. The [`Env`] has already recorded the problem, and [`Env::finish`] reports
/// it with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidVariable(());

/// A reader of environment variables that records every problem. A variable that is empty or only
/// white space counts as absent, because a `CloudFormation` parameter cannot be unset. Values are
/// trimmed.
///
/// ```
/// # use runtime::Env;
/// struct Config { table_name: String, limit: u32 }
///
/// let mut env = Env::from_map([("TABLE_NAME", "arcadia-dev"), ("LIMIT", "many")]);
/// let table_name = env.required("TABLE_NAME", "the DynamoDB table's name");
/// let limit = env.parse::<u32>("LIMIT", "a number");
/// let config = env.finish(|| Ok(Config { table_name: table_name?, limit: limit? }));
/// let error = config.err().unwrap().to_string();
/// assert_eq!(error, "invalid configuration: LIMIT is not valid (expected a number)");
/// ```
#[derive(Debug)]
pub struct Env {
    source: Source,
    problems: Vec<ConfigProblem>,
}

enum Source {
    Process,
    Map(HashMap<String, String>),
}

/// Shows the names only, because the values may be secret.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process => f.write_str("Process"),
            Self::Map(map) => f.debug_set().entries(map.keys()).finish(),
        }
    }
}

impl Env {
    /// Creates a reader of the process's environment.
    #[must_use]
    pub const fn from_process() -> Self {
        Self { source: Source::Process, problems: Vec::new() }
    }

    /// Creates a reader of these variables only; for tests.
    pub fn from_map<K: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let map = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { source: Source::Map(map), problems: Vec::new() }
    }

    /// Returns the value; `None` if the variable is absent.
    #[must_use]
    pub fn optional(&self, variable: &str) -> Option<String> {
        let value = match &self.source {
            // A value that is not Unicode counts as absent: a required variable is then reported
            // without its value.
            Source::Process => std::env::var(variable).ok()?,
            Source::Map(map) => map.get(variable)?.clone(),
        };
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// Returns the value of a required variable.
    ///
    /// # Errors
    /// Fails if the variable is absent.
    pub fn required(&mut self, variable: &str, expected: &str) -> Result<String, InvalidVariable> {
        self.optional(variable).ok_or_else(|| self.invalid(variable, "is missing", expected))
    }

    /// Returns the value parsed as a `T`. The text of `T`'s own error is left out, because it may
    /// repeat the value.
    ///
    /// # Errors
    /// Fails if the variable is absent or does not parse.
    pub fn parse<T: FromStr>(&mut self, variable: &str, expected: &str) -> Result<T, InvalidVariable> {
        let value = self.required(variable, expected)?;
        value.parse().map_err(|_| self.invalid(variable, "is not valid", expected))
    }

    /// Returns the value parsed as a `T`, or `None` if the variable is absent.
    ///
    /// # Errors
    /// Fails if the value does not parse.
    pub fn parse_optional<T: FromStr>(&mut self, variable: &str, expected: &str) -> Result<Option<T>, InvalidVariable> {
        if self.optional(variable).is_none() { Ok(None) } else { self.parse(variable, expected).map(Some) }
    }

    /// Returns the value as an http or https URL. Credentials in the URL are refused, because the
    /// first error that names the URL would log them.
    ///
    /// # Errors
    /// Fails if the variable is absent or not such a URL.
    pub fn http_url(&mut self, variable: &str, expected: &str) -> Result<Url, InvalidVariable> {
        let url = self.parse::<Url>(variable, expected)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(self.invalid(variable, "is not an http(s) URL", expected));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(self.invalid(variable, "has credentials in it", expected));
        }
        Ok(url)
    }

    /// Returns a whole number within `range`, or `default` if the variable is absent.
    ///
    /// # Errors
    /// Fails if the value is not a number or is out of range.
    pub fn number(&mut self, variable: &str, default: u32, range: RangeInclusive<u32>) -> Result<u32, InvalidVariable> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        match self.parse_optional(variable, &expected)? {
            None => Ok(default),
            Some(number) if range.contains(&number) => Ok(number),
            Some(_) => Err(self.invalid(variable, "is out of range", &expected)),
        }
    }

    /// Returns a duration in whole seconds; `None` if the variable is absent, empty or 0.
    ///
    /// # Errors
    /// Fails if the value is not a whole number of seconds.
    pub fn seconds(&mut self, variable: &str) -> Result<Option<Duration>, InvalidVariable> {
        let seconds = self.parse_optional::<u32>(variable, "a whole number of seconds, or nothing")?;
        Ok(seconds.filter(|seconds| *seconds > 0).map(|seconds| Duration::from_secs(u64::from(seconds))))
    }

    /// Returns the choice that belongs to the value, which must be one of these words.
    ///
    /// # Errors
    /// Fails if the variable is absent or has another value.
    pub fn one_of<T: Copy>(&mut self, variable: &str, words: &[(&str, T)]) -> Result<T, InvalidVariable> {
        let expected = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" or ");
        let value = self.required(variable, &expected)?;
        let found = words.iter().find(|(word, _)| *word == value).map(|(_, choice)| *choice);
        found.ok_or_else(|| self.invalid(variable, "is not valid", &expected))
    }

    /// Returns the value parsed from JSON.
    ///
    /// # Errors
    /// Fails if the variable is absent, not JSON or not a `T`. The problem names the position in
    /// the value, not its content.
    pub fn json<T: DeserializeOwned>(&mut self, variable: &str, expected: &str) -> Result<T, InvalidVariable> {
        let value = self.required(variable, expected)?;
        let mut deserializer = serde_json::Deserializer::from_str(&value);
        let parsed = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| format!("is not valid at {} (column {})", error.path(), error.inner().column()))
            .and_then(|parsed| {
                deserializer.end().map(|()| parsed).map_err(|_| "has extra text after its JSON".to_owned())
            });
        parsed.map_err(|wrong| self.invalid(variable, &wrong, expected))
    }

    /// Records a problem that the caller found, such as a value that conflicts with another.
    /// `wrong` must not repeat the value.
    pub fn invalid(&mut self, variable: &str, wrong: &str, expected: &str) -> InvalidVariable {
        self.problems.push(ConfigProblem {
            variable: variable.to_owned(),
            wrong: wrong.to_owned(),
            expected: expected.to_owned(),
        });
        InvalidVariable(())
    }

    /// Builds the configuration if no problem was recorded.
    ///
    /// # Errors
    /// Fails with all recorded problems if there is at least one.
    pub fn finish<T>(self, build: impl FnOnce() -> Result<T, InvalidVariable>) -> Result<T, ConfigError> {
        match build() {
            Ok(config) if self.problems.is_empty() => Ok(config),
            _ => Err(ConfigError { problems: self.problems }),
        }
    }
}
