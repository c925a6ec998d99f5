//! Tags, by which resources are grouped.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Tags>

use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::pages::list_item;

area! {
    /// The API calls for tags.
    tags: Tags;

    /// Lists all tags of the account.
    list() -> [Tag] = GET "/v2/tags", "tag:read", "tags";

    /// Reads one tag. The name is case-sensitive.
    get(name: &str) -> Tag = GET "/v2/tags/{name}", "tag:read", "tag";
}

/// A tag. Tagged resources name their tags themselves. The model leaves out DigitalOcean's counts
/// of tagged resources, because they only cover what the token may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Name of the tag, which is also its id: letters, digits, `_`, `-` and `:`, at most 255
    /// characters.
    pub name: String,
}

list_item!(Tag by name: String);
