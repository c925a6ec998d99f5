//! The page of a list that a request asks for.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;

use super::cursor::Binding;
use super::parameters::parsed;
use super::problem::ApiProblem;

/// The page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Maximum number of items on a page.
    #[serde(default = "default_limit", deserialize_with = "limit")]
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u32>)]
    pub limit: usize,
    /// Value of `next_cursor` of the previous page; the filters must be the same.
    pub cursor: Option<String>,
}

/// The names of the parameters in [`PageQuery`].
pub(super) const PAGE_PARAMETERS: [&str; 2] = ["limit", "cursor"];

const fn default_limit() -> usize {
    50
}

fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let limit = |text: &str| text.parse().ok().filter(|limit| (1..=200).contains(limit));
    parsed(deserializer, "a whole number from 1 to 200", limit)
}

impl PageQuery {
    /// Decrypts the position in the cursor; `None` on the first page.
    ///
    /// # Errors
    /// 400 if the cursor was not issued for this binding.
    pub fn position<P: DeserializeOwned>(&self, binding: &Binding) -> Result<Option<P>, ApiProblem> {
        self.cursor.as_deref().map(|cursor| binding.open(cursor)).transpose()
    }
}
