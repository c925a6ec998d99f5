//! Tags. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Tags>

use serde::{Deserialize, Serialize};

use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/tags", "tag:read");
static GET: Operation = Operation::get("/v2/tags/{}", "tag:read");

/// Calls on tags.
#[derive(Clone, Copy, Debug)]
pub struct Tags<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on tags.
    #[must_use]
    pub fn tags(&self) -> Tags<'_> {
        Tags { client: self }
    }
}

impl Tags<'_> {
    /// `GET /v2/tags`, scope `tag:read`.
    pub fn list(&self) -> Pages<Tag> {
        Pages::new(self.client, &LIST, &[], "tags")
    }

    /// `GET /v2/tags/{name}`, scope `tag:read`; capitals count.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such tag; any [`Error`] of a call.
    pub async fn get(&self, name: &str) -> Result<Tag, Error> {
        self.client.get_one(&GET, &[name], "tag").await
    }
}

/// A tag. What bears it, resources say themselves; the counts that DigitalOcean adds, of what the token may see, are not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// The tag's name, which is its id: letters, digits, `_`, `-` and `:`, at most 255.
    pub name: String,
}

impl ListItem for Tag {
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }
}
