//! Rules of faults: the requests that a fault applies to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::effect::Effect;
use crate::path_pattern;
use crate::request::Request;

/// A fault: a rule for the requests that it matches, how often it applies, and its effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Id of the fault, assigned by the simulator if absent. The request log shows it.
    #[serde(default)]
    pub id: Option<String>,
    /// HTTP method, any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Path, or a glob in which `*` stands for any text, such as `/v2/droplets*`.
    pub path: String,
    /// Query parameters that the request must have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    /// Account of the request's token, any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Number of requests that the fault is applied to.
    #[serde(default)]
    pub times: Times,
    /// Number of matching requests that are first served without the fault.
    #[serde(default)]
    pub after: u64,
    /// Effect on the requests.
    pub effect: Effect,
}

/// The number of requests that a fault is applied to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "TimesSpec", into = "TimesSpec")]
pub enum Times {
    /// All matching requests until the fault is removed.
    #[default]
    Unlimited,
    /// At most this number of requests.
    Count(u64),
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged, expecting = "times is a number or \"unlimited\"")]
enum TimesSpec {
    Count(u64),
    Word(Unlimited),
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unlimited {
    Unlimited,
}

impl From<TimesSpec> for Times {
    fn from(spec: TimesSpec) -> Self {
        match spec {
            TimesSpec::Count(count) => Self::Count(count),
            TimesSpec::Word(Unlimited::Unlimited) => Self::Unlimited,
        }
    }
}

impl From<Times> for TimesSpec {
    fn from(times: Times) -> Self {
        match times {
            Times::Unlimited => Self::Word(Unlimited::Unlimited),
            Times::Count(count) => Self::Count(count),
        }
    }
}

impl Fault {
    /// Creates a fault for every request to a path or glob.
    #[must_use]
    pub fn on(path: &str, effect: Effect) -> Self {
        Self {
            id: None,
            method: None,
            path: path.to_owned(),
            query: BTreeMap::new(),
            account: None,
            times: Times::Unlimited,
            after: 0,
            effect,
        }
    }

    /// Sets the id, which is assigned by the simulator by default.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    /// Limits the fault to one HTTP method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Limits the fault to requests that have this query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Limits the fault to one account.
    #[must_use]
    pub fn account(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// Limits the fault to this number of requests.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Times::Count(times);
        self
    }

    /// Serves this number of matching requests without the fault first.
    #[must_use]
    pub fn after(mut self, skipped: u64) -> Self {
        self.after = skipped;
        self
    }

    pub(crate) fn matches(&self, request: &Request, account: Option<&str>) -> bool {
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(request.method.as_str()))
            && path_pattern::matches(&self.path, &request.path)
            && self.account.as_deref().is_none_or(|wanted| Some(wanted) == account)
            && self.query.iter().all(|(name, value)| request.query.get(name) == Some(value))
            // A list can only change between pages, so the effect cannot apply to the first page.
            && (!matches!(self.effect, Effect::PageShift { .. }) || request.query.page() > 1)
    }
}
