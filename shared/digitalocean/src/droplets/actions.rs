//! Actions on a droplet.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplet-Actions>

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, future};
use serde_json::json;

use super::Droplets;
use crate::operation::Operation;
use crate::pages::Pages;
use crate::{Action, Error};

static LIST: Operation = Operation::get("/v2/droplets/{}/actions", "droplet:read");
static SNAPSHOT: Operation = Operation::post("/v2/droplets/{}/actions", "droplet:update");

/// Actions on a page. A droplet has only a few actions a day, and each comes with its whole region,
/// so that small pages are enough.
const PER_PAGE: u32 = 50;

impl Droplets<'_> {
    /// Lists all actions on a droplet since its creation, newest first:
    /// `GET /v2/droplets/{id}/actions`, scope `droplet:read`.
    pub fn actions(&self, id: u64) -> Pages<Action> {
        Pages::new(self.client, &LIST, &[&id.to_string()], "actions").per_page(PER_PAGE)
    }

    /// Lists the actions on a droplet back to the first one that started before `since` and has
    /// ended. Older pages are not read.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such droplet; any [`Error`] of a call.
    pub async fn actions_since(&self, id: u64, since: DateTime<Utc>) -> Result<Vec<Action>, Error> {
        let is_recent = move |action: &Action| action.started_at >= since || action.completed_at.is_none();
        let actions = self.actions(id).into_stream().boxed();
        actions.try_take_while(|action| future::ready(Ok(is_recent(action)))).try_collect().await
    }

    /// Takes a snapshot of a droplet: `POST /v2/droplets/{id}/actions` with
    /// `{"type": "snapshot", "name": …}`, scope `droplet:update`. The call is never retried, and
    /// DigitalOcean accepts the same name twice. After an error for which
    /// [`Error::may_have_been_applied`] is true, read [`Droplets::actions`] and the snapshots
    /// before trying again.
    ///
    /// # Errors
    /// [`Error::Api`] with 422 "Droplet already has a pending event." while another action is
    /// running; any [`Error`] of a call.
    pub async fn snapshot(&self, id: u64, name: &str) -> Result<Action, Error> {
        let body = json!({ "type": "snapshot", "name": name });
        self.client.send_one(&SNAPSHOT, &[&id.to_string()], &body, "action").await
    }
}
