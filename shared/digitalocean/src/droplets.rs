//! Droplets, DigitalOcean's virtual machines.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplets>

use crate::operation::Operation;
use crate::pages::{ListItem, Listing, Pages};
use crate::{Client, Error};

mod actions;
mod backups;
mod model;

pub use backups::DropletBackup;
pub use model::{
    BackupWindow, DiskInfo, DiskSize, Droplet, DropletStatus, GpuInfo, NetworkType, NetworkV4, NetworkV6, Networks,
    Region, Size,
};

static LIST: Operation = Operation::get("/v2/droplets", "droplet:read");
static GET: Operation = Operation::get("/v2/droplets/{}", "droplet:read");

/// The API calls for droplets, from [`Client::droplets`].
#[derive(Clone, Copy, Debug)]
pub struct Droplets<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for droplets.
    #[must_use]
    pub fn droplets(&self) -> Droplets<'_> {
        Droplets { client: self }
    }
}

/// The two types by which DigitalOcean lists droplets (parameter `type`). One list has droplets of
/// one type only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DropletType {
    /// All droplets without GPUs; this is DigitalOcean's default.
    Droplets,
    /// Droplets with GPUs only.
    Gpus,
}

impl DropletType {
    /// DigitalOcean's value of the parameter `type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Droplets => "droplets",
            Self::Gpus => "gpus",
        }
    }
}

impl Droplets<'_> {
    /// Lists the droplets of one type: `GET /v2/droplets?type=…`, scope `droplet:read`.
    pub fn list(&self, droplet_type: DropletType) -> Pages<Droplet> {
        Pages::new(self.client, &LIST, &[], "droplets").filter("type", droplet_type.as_str())
    }

    /// Lists the droplets of both types, or returns an error. Two lists are needed because
    /// DigitalOcean's default list leaves out GPU droplets.
    ///
    /// # Errors
    /// Any [`Error`] of either list.
    pub async fn list_all(&self) -> Result<Listing<Droplet>, Error> {
        self.list_all_as(|droplet| droplet).await
    }

    /// Lists the droplets of both types and converts each with `read` as its page arrives. This
    /// saves memory: a droplet comes with its whole size, region and image, which are several
    /// kilobytes.
    ///
    /// # Errors
    /// As [`Droplets::list_all`].
    pub async fn list_all_as<U>(&self, read: impl Fn(Droplet) -> U) -> Result<Listing<U>, Error> {
        let with_id = |droplet: Droplet| (droplet.id, read(droplet));
        let droplets = self.list(DropletType::Droplets).collect_all_as(&with_id).await?;
        let gpus = self.list(DropletType::Gpus).collect_all_as(&with_id).await?;
        let Listing { items, pages, requests, total, rate_limit } = droplets.merge_by(gpus, |(id, _)| *id);
        Ok(Listing { items: items.into_iter().map(|(_, wanted)| wanted).collect(), pages, requests, total, rate_limit })
    }

    /// Reads one droplet: `GET /v2/droplets/{id}`, scope `droplet:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such droplet, or when a new one is not visible yet; any
    /// [`Error`] of a call.
    pub async fn get(&self, id: u64) -> Result<Droplet, Error> {
        self.client.get_one(&GET, &[&id.to_string()], "droplet").await
    }
}

impl ListItem for Droplet {
    type Key = u64;

    fn key(&self) -> u64 {
        self.id
    }
}
