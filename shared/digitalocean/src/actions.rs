//! Actions: work that DigitalOcean carries out after the request for it has returned.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Actions>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::ListItem;
use crate::{Client, Error};

static GET: Operation = Operation::get("/v2/actions/{}", "actions:read");

/// The API calls for actions, from [`Client::actions`].
#[derive(Clone, Copy, Debug)]
pub struct Actions<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for actions.
    #[must_use]
    pub fn actions(&self) -> Actions<'_> {
        Actions { client: self }
    }
}

impl Actions<'_> {
    /// Reads one action: `GET /v2/actions/{id}`, scope `actions:read`. An action can still be read
    /// after its droplet was deleted.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such action, or when a new one is not visible yet; any
    /// [`Error`] of a call.
    pub async fn get(&self, id: u64) -> Result<Action, Error> {
        self.client.get_one(&GET, &[&id.to_string()], "action").await
    }
}

/// An action. It does not name the resource that it created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Id of the action, a number.
    pub id: u64,
    /// State of the action: running, completed or failed.
    pub status: ActionStatus,
    /// Type of the action, such as `create`, `snapshot` or `power_off`.
    #[serde(rename = "type")]
    pub action_type: String,
    /// Time at which the action started.
    pub started_at: DateTime<Utc>,
    /// Time at which the action ended; `None` while it is running.
    #[serde(default)]
    pub completed_at: Option<DateTime<Utc>>,
    /// Id of the resource that the action applies to.
    #[serde(default)]
    pub resource_id: Option<u64>,
    /// Type of that resource, such as `droplet`.
    #[serde(default)]
    pub resource_type: Option<String>,
    /// Slug of the region that the action runs in.
    #[serde(default)]
    pub region_slug: Option<String>,
}

open_enum! {
    /// State of an action.
    ActionStatus {
        /// The action is still running.
        InProgress = "in-progress",
        /// The action has been completed.
        Completed = "completed",
        /// The action has failed; DigitalOcean does not give a reason.
        Errored = "errored",
    }
}

impl ListItem for Action {
    type Key = u64;

    fn key(&self) -> u64 {
        self.id
    }
}
