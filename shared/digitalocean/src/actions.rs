//! Actions: work that DigitalOcean carries out after the request for it has returned.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Actions>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for actions.
    actions: Actions;

    /// Reads one action. An action can still be read after its droplet was deleted; a new one may
    /// not be visible yet.
    get(id: u64) -> Action = GET "/v2/actions/{id}", "actions:read", "action";
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
    pub completed_at: Option<DateTime<Utc>>,
    /// Id of the resource that the action applies to.
    pub resource_id: Option<u64>,
    /// Type of that resource, such as `droplet`.
    pub resource_type: Option<String>,
    /// Slug of the region that the action runs in.
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

list_item!(Action by id: u64);
