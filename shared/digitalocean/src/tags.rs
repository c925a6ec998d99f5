//! Tags, by which resources are grouped.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Tags>

use serde::{Deserialize, Serialize};

use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/tags", "tag:read");
static GET: Operation = Operation::get("/v2/tags/{}", "tag:read");

/// The API calls for tags, from [`Client::tags`].
#[derive(Clone, Copy, Debug)]
pub struct Tags<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for tags.
    #[must_use]
    pub fn tags(&self) -> Tags<'_> {
        Tags { client: self }
    }
}

impl Tags<'_> {
    /// Lists the tags: `GET /v2/tags`, scope `tag:read`.
    pub fn list(&self) -> Pages<Tag> {
        Pages::new(self.client, &LIST, &[], "tags")
    }

    /// Reads one tag: `GET /v2/tags/{name}`, scope `tag:read`. The name is case-sensitive.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such tag; any [`Error`] of a call.
    pub async fn get(&self, name: &str) -> Result<Tag, Error> {
        self.client.get_one(&GET, &[name], "tag").await
    }
}

/// A tag. Tagged resources name their tags themselves. The model leaves out DigitalOcean's counts
/// of tagged resources, because they only cover what the token may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Name of the tag, which is also its id: letters, digits, `_`, `-` and `:`, at most 255
    /// characters.
    pub name: String,
}

impl ListItem for Tag {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }
}
