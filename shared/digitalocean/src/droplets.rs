//! Droplets. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Droplets>

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

/// Calls on droplets.
#[derive(Clone, Copy, Debug)]
pub struct Droplets<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on droplets.
    #[must_use]
    pub fn droplets(&self) -> Droplets<'_> {
        Droplets { client: self }
    }
}

/// The two halves in which DigitalOcean lists droplets (`type`); it lists one of them at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DropletType {
    /// All but GPU droplets; what DigitalOcean lists when not asked for a type.
    Droplets,
    /// GPU droplets.
    Gpus,
}

impl DropletType {
    /// DigitalOcean's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Droplets => "droplets",
            Self::Gpus => "gpus",
        }
    }
}

impl Droplets<'_> {
    /// `GET /v2/droplets?type=…`, scope `droplet:read`: droplets of one type.
    pub fn list(&self, droplet_type: DropletType) -> Pages<Droplet> {
        Pages::new(self.client, &LIST, &[], "droplets").filter("type", droplet_type.as_str())
    }

    /// Both types, all or nothing: DigitalOcean's default list leaves out GPU droplets.
    ///
    /// # Errors
    /// Any [`Error`] of either list.
    pub async fn list_all(&self) -> Result<Listing<Droplet>, Error> {
        self.list_all_as(|droplet| droplet).await
    }

    /// The same, each droplet made into what is wanted of it as its page arrives: a droplet comes with all of its size, its region and its
    /// image, several kilobytes.
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

    /// `GET /v2/droplets/{id}`, scope `droplet:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such droplet (or, shortly, not yet); any [`Error`] of a call.
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
