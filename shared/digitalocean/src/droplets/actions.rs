//! What is done to a droplet. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplet-Actions>

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, future};
use serde_json::json;

use super::Droplets;
use crate::operation::Operation;
use crate::pages::Pages;
use crate::{Action, Error};

static LIST: Operation = Operation::get("/v2/droplets/{}/actions", "droplet:read");
static SNAPSHOT: Operation = Operation::post("/v2/droplets/{}/actions", "droplet:update");

/// Actions on a page: a droplet has a few a day, and each comes with all of its region.
const PER_PAGE: u32 = 50;

impl Droplets<'_> {
    /// `GET /v2/droplets/{id}/actions`, scope `droplet:read`: all that was ever done to it, newest first.
    pub fn actions(&self, id: u64) -> Pages<Action> {
        Pages::new(self.client, &LIST, &[&id.to_string()], "actions").per_page(PER_PAGE)
    }

    /// The same as far back as to the first action that began before `since` and is over: older pages are not read.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such droplet; any [`Error`] of a call.
    pub async fn actions_since(&self, id: u64, since: DateTime<Utc>) -> Result<Vec<Action>, Error> {
        let is_recent = move |action: &Action| action.started_at >= since || action.completed_at.is_none();
        let actions = self.actions(id).into_stream().boxed();
        actions.try_take_while(|action| future::ready(Ok(is_recent(action)))).try_collect().await
    }

    /// `POST /v2/droplets/{id}/actions` with `{"type": "snapshot", "name": …}`, scope `droplet:update`. Never retried, and DigitalOcean
    /// takes the same name twice: after an error for which [`Error::may_have_been_applied`] holds, look at [`Droplets::actions`] and at
    /// the snapshots before trying again.
    ///
    /// # Errors
    /// [`Error::Api`] with 422 "Droplet already has a pending event." while another action goes on; any [`Error`] of a call.
    pub async fn snapshot(&self, id: u64, name: &str) -> Result<Action, Error> {
        let body = json!({ "type": "snapshot", "name": name });
        self.client.send_one(&SNAPSHOT, &[&id.to_string()], &body, "action").await
    }
}
