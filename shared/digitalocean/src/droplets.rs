//! Droplets, DigitalOcean's virtual machines, with their actions and backups.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplets>,
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplet-Actions>

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::area::{area, request};
use crate::envelope::read_one;
use crate::pages::list_item;
use crate::{Action, Error, Listing};

mod backups;
mod model;

pub use backups::DropletBackup;
pub use model::{
    BackupWindow, Droplet, DropletStatus, GpuInfo, NetworkType, NetworkV4, NetworkV6, Networks, Region, Size,
};

/// Actions on a page. A droplet has only a few actions a day, and each comes with its whole region,
/// so that small pages are enough.
const ACTIONS_PER_PAGE: u32 = 50;

area! {
    /// The API calls for droplets, their actions and their backups.
    droplets: Droplets;

    /// Lists the droplets without GPUs, which are all that DigitalOcean's default list has.
    list() -> [Droplet] = GET "/v2/droplets?type=droplets", "droplet:read", "droplets";

    /// Lists the droplets with GPUs.
    list_gpus() -> [Droplet] = GET "/v2/droplets?type=gpus", "droplet:read", "droplets";

    /// Reads one droplet. A new one may not be visible yet.
    get(id: u64) -> Droplet = GET "/v2/droplets/{id}", "droplet:read", "droplet";

    /// Lists every backup of a droplet, including a droplet that is powered off. For a droplet that
    /// does not exist the list fails with [`Error::NotFound`].
    backups(id: u64) -> [DropletBackup] = GET "/v2/droplets/{id}/backups", "droplet:read", "backups";

    /// Lists all actions on a droplet since its creation, newest first.
    actions(id: u64) -> [Action, per_page(ACTIONS_PER_PAGE)]
        = GET "/v2/droplets/{id}/actions", "droplet:read", "actions";
}

impl Droplets<'_> {
    /// Lists the droplets of both lists, or returns an error, and converts each with `read` as its
    /// page arrives. This saves memory: a droplet comes with its whole size, region and image,
    /// which are several kilobytes.
    ///
    /// # Errors
    /// Any [`Error`] of either list.
    pub async fn list_all_as<U>(&self, read: impl Fn(Droplet) -> U) -> Result<Listing<U>, Error> {
        let with_id = |droplet: Droplet| (droplet.id, read(droplet));
        let all = self.list().collect_all_as(&with_id).await?;
        let gpus = self.list_gpus().collect_all_as(&with_id).await?;
        let known: HashSet<u64> = all.items.iter().map(|(id, _)| *id).collect();
        let new = gpus.items.into_iter().filter(|(id, _)| !known.contains(id));
        Ok(Listing {
            items: all.items.into_iter().chain(new).map(|(_, item)| item).collect(),
            pages: all.pages + gpus.pages,
            requests: all.requests + gpus.requests,
            total: all.total.zip(gpus.total).map(|(all, gpus)| all + gpus),
            rate_limit: gpus.rate_limit.or(all.rate_limit),
        })
    }

    /// Lists the actions on a droplet back to the first one that started before `since` and has
    /// ended. Older pages are not read.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such droplet; any [`Error`] of a call.
    pub async fn actions_since(&self, id: u64, since: DateTime<Utc>) -> Result<Vec<Action>, Error> {
        let is_recent = |action: &Action| action.started_at >= since || action.completed_at.is_none();
        Ok(self.actions(id).collect_while(is_recent, |action| action).await?.items)
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
        let request = request!(self, POST, "/v2/droplets/{id}/actions", "droplet:update", id)?;
        let request = request.with_body(&json!({ "type": "snapshot", "name": name }))?;
        Ok(self.client.execute(&request, |body| read_one(body, "action")).await?.value)
    }
}

list_item!(Droplet by id: u64);
