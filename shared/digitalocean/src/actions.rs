//! Actions: what goes on by itself once it was asked for. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Actions>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::ListItem;
use crate::{Client, Error};

static GET: Operation = Operation::get("/v2/actions/{}", "actions:read");

/// Calls on actions.
#[derive(Clone, Copy, Debug)]
pub struct Actions<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on actions.
    #[must_use]
    pub fn actions(&self) -> Actions<'_> {
        Actions { client: self }
    }
}

impl Actions<'_> {
    /// `GET /v2/actions/{id}`, scope `actions:read`. It is there also once the action's droplet is gone.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such action (or, shortly, not yet); any [`Error`] of a call.
    pub async fn get(&self, id: u64) -> Result<Action, Error> {
        self.client.get_one(&GET, &[&id.to_string()], "action").await
    }
}

/// An action. It does not say what it made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The action's id.
    pub id: u64,
    /// How it stands.
    pub status: ActionStatus,
    /// What it does: `create`, `snapshot`, `power_off`, ...
    #[serde(rename = "type")]
    pub action_type: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; `None` while it goes on.
    #[serde(default)]
    pub completed_at: Option<DateTime<Utc>>,
    /// The id of what it is done to.
    #[serde(default)]
    pub resource_id: Option<u64>,
    /// What sort of thing that is, such as `droplet`.
    #[serde(default)]
    pub resource_type: Option<String>,
    /// The slug of the region it is in.
    #[serde(default)]
    pub region_slug: Option<String>,
}

open_enum! {
    /// How an action stands.
    ActionStatus {
        /// It goes on.
        InProgress = "in-progress",
        /// It is done.
        Completed = "completed",
        /// It failed; DigitalOcean does not say why.
        Errored = "errored",
    }
}

impl ListItem for Action {
    type Key = u64;

    fn key(&self) -> u64 {
        self.id
    }
}
