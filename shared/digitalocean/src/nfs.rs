//! NFS shares: file systems that the droplets of a VPC network mount.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/NFS>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for NFS shares.
    nfs_shares: NfsShares;

    /// Lists the NFS shares of all regions, all in one response.
    list() -> [NfsShare, unpaged()] = GET "/v2/nfs", "nfs:list", "shares";

    /// Reads one share by its id.
    get(id: &str) -> NfsShare = GET "/v2/nfs/{id}", "nfs:get", "share";
}

/// An NFS share. The model leaves out its access points, which have a list of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NfsShare {
    /// The share's id, a UUID.
    pub id: String,
    /// Name of the share; empty when DigitalOcean does not send one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Size of the share, in gibibytes.
    pub size_gib: Option<u64>,
    /// Slug of the region that the share is in.
    pub region: Option<String>,
    /// State of the share, as DigitalOcean reports it.
    pub status: Option<NfsShareStatus>,
    /// Creation time of the share.
    pub created_at: Option<DateTime<Utc>>,
    /// Ids of the VPC networks that have access to the share.
    #[serde(default, deserialize_with = "null_as_default")]
    pub vpc_ids: Vec<String>,
    /// Performance tier of the share, such as `PERFORMANCE_TIER_HIGH`.
    pub performance_tier: Option<String>,
}

open_enum! {
    /// The state of an NFS share.
    NfsShareStatus {
        /// The share is being created.
        Creating = "CREATING",
        /// The share can be mounted.
        Active = "ACTIVE",
        /// The share exists and is attached to no VPC network.
        Inactive = "INACTIVE",
        /// The share could not be created.
        Failed = "FAILED",
        /// The share has been deleted.
        Deleted = "DELETED",
    }
}

list_item!(NfsShare by id: String);
