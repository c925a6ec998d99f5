//! The reader of environment variables.

use std::{collections::HashMap, fmt, ops::RangeInclusive, str::FromStr, time::Duration};

use serde::de::DeserializeOwned;
use url::Url;

/// One variable that is missing or invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The variable's name.
    pub variable: String,
    /// What is wrong, without the value.
    pub wrong: String,
    /// What a good value looks like.
    pub expected: String,
}

/// Everything that is wrong with the configuration, at once.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one problem, in the order the variables were read.
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

/// As `Display`: a `main` that returns the error prints its `Debug`.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

/// A getter's failure: the problem is already noted in the [`Env`], and [`Env::finish`] reports it with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidVariable(());

/// Reads variables and notes every problem. A variable that is empty or only white space counts as absent, because a
/// `CloudFormation` parameter cannot be unset; values are trimmed.
///
/// ```
/// # use runtime::Env;
/// struct Config { table_name: String, limit: u32 }
///
/// let mut env = Env::from_map([("TABLE_NAME", "arcadia-dev"), ("LIMIT", "many")]);
/// let table_name = env.required("TABLE_NAME", "the DynamoDB table's name");
/// let limit = env.parse::<u32>("LIMIT", "a number");
/// let config = env.finish(|| Ok(Config { table_name: table_name?, limit: limit? }));
/// assert_eq!(config.err().unwrap().to_string(), "invalid configuration: LIMIT is not valid (expected a number)");
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

/// Names only: the values may be secret.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process => f.write_str("Process"),
            Self::Map(map) => f.debug_set().entries(map.keys()).finish(),
        }
    }
}

impl Env {
    /// Over the process's environment.
    #[must_use]
    pub const fn from_process() -> Self {
        Self { source: Source::Process, problems: Vec::new() }
    }

    /// Over these variables only; for tests.
    pub fn from_map<K: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (K, V)>) -> Self {
        let map = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { source: Source::Map(map), problems: Vec::new() }
    }

    /// The value, if there is one.
    #[must_use]
    pub fn optional(&self, variable: &str) -> Option<String> {
        let value = match &self.source {
            // Not Unicode reads as absent: a required variable is then reported, and its value is not.
            Source::Process => std::env::var(variable).ok()?,
            Source::Map(map) => map.get(variable)?.clone(),
        };
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// The value.
    ///
    /// # Errors
    /// It is absent.
    pub fn required(&mut self, variable: &str, expected: &str) -> Result<String, InvalidVariable> {
        self.optional(variable).ok_or_else(|| self.invalid(variable, "is missing", expected))
    }

    /// The value as a `T`. `T`'s own error text is left out, because it may repeat the value.
    ///
    /// # Errors
    /// It is absent or does not parse.
    pub fn parse<T: FromStr>(&mut self, variable: &str, expected: &str) -> Result<T, InvalidVariable> {
        let value = self.required(variable, expected)?;
        value.parse().map_err(|_| self.invalid(variable, "is not valid", expected))
    }

    /// The value as a `T`, or `None` if it is absent.
    ///
    /// # Errors
    /// It does not parse.
    pub fn parse_optional<T: FromStr>(&mut self, variable: &str, expected: &str) -> Result<Option<T>, InvalidVariable> {
        if self.optional(variable).is_none() { Ok(None) } else { self.parse(variable, expected).map(Some) }
    }

    /// The value as an http or https URL without credentials: it would be logged with the first error that names the URL.
    ///
    /// # Errors
    /// It is absent or none.
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

    /// A whole number within `range`, or `default` if it is absent.
    ///
    /// # Errors
    /// It is not a number or out of range.
    pub fn number(&mut self, variable: &str, default: u32, range: RangeInclusive<u32>) -> Result<u32, InvalidVariable> {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        match self.parse_optional(variable, &expected)? {
            None => Ok(default),
            Some(number) if range.contains(&number) => Ok(number),
            Some(_) => Err(self.invalid(variable, "is out of range", &expected)),
        }
    }

    /// A duration in whole seconds; absent, empty and 0 are `None`.
    ///
    /// # Errors
    /// It is not a whole number of seconds.
    pub fn seconds(&mut self, variable: &str) -> Result<Option<Duration>, InvalidVariable> {
        let seconds = self.parse_optional::<u32>(variable, "a whole number of seconds, or nothing")?;
        Ok(seconds.filter(|seconds| *seconds > 0).map(|seconds| Duration::from_secs(u64::from(seconds))))
    }

    /// One of these words.
    ///
    /// # Errors
    /// It is absent or another word.
    pub fn one_of<T: Copy>(&mut self, variable: &str, words: &[(&str, T)]) -> Result<T, InvalidVariable> {
        let expected = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" or ");
        let value = self.required(variable, &expected)?;
        let found = words.iter().find(|(word, _)| *word == value).map(|(_, choice)| *choice);
        found.ok_or_else(|| self.invalid(variable, "is not valid", &expected))
    }

    /// The value as JSON.
    ///
    /// # Errors
    /// It is absent, not JSON or not a `T`; the problem names the place in it, not what is there.
    pub fn json<T: DeserializeOwned>(&mut self, variable: &str, expected: &str) -> Result<T, InvalidVariable> {
        let value = self.required(variable, expected)?;
        let mut deserializer = serde_json::Deserializer::from_str(&value);
        let parsed = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| format!("is not valid at {} (column {})", error.path(), error.inner().column()))
            .and_then(|parsed| {
                deserializer.end().map(|()| parsed).map_err(|_| "has something after its JSON".to_owned())
            });
        parsed.map_err(|wrong| self.invalid(variable, &wrong, expected))
    }

    /// Notes a problem that the caller found, such as a value that conflicts with another. `wrong` must not repeat the value.
    pub fn invalid(&mut self, variable: &str, wrong: &str, expected: &str) -> InvalidVariable {
        self.problems.push(ConfigProblem {
            variable: variable.to_owned(),
            wrong: wrong.to_owned(),
            expected: expected.to_owned(),
        });
        InvalidVariable(())
    }

    /// The configuration, or every problem noted.
    ///
    /// # Errors
    /// At least one problem was noted.
    pub fn finish<T>(self, build: impl FnOnce() -> Result<T, InvalidVariable>) -> Result<T, ConfigError> {
        match build() {
            Ok(config) if self.problems.is_empty() => Ok(config),
            _ => Err(ConfigError { problems: self.problems }),
        }
    }
}
