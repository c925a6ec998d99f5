//! Partner network attachments: private connections from another network to VPC networks.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Partner-Network-Connect>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for partner network attachments.
    partner_attachments: PartnerAttachments;

    /// Lists the partner network attachments.
    list() -> [PartnerAttachment]
        = GET "/v2/partner_network_connect/attachments", "partner_network_connect:read", "partner_attachments";

    /// Reads one attachment by its id.
    get(id: &str) -> PartnerAttachment
        = GET "/v2/partner_network_connect/attachments/{id}", "partner_network_connect:read", "partner_attachment";
}

/// A partner network attachment. The model leaves out its BGP settings, whose key is a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerAttachment {
    /// The attachment's id, a UUID.
    pub id: String,
    /// Unique name of the attachment.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// State of the attachment, such as `active`. DigitalOcean has no list of its values.
    pub state: Option<String>,
    /// Region that the attachment is in, such as `nyc`. It is not one of the regions of droplets.
    pub region: Option<String>,
    /// Bandwidth of the connection, in megabits per second.
    pub connection_bandwidth_in_mbps: Option<u64>,
    /// Partner that provides the connection, such as `megaport`.
    pub naas_provider: Option<String>,
    /// Ids of the VPC networks that the attachment connects.
    #[serde(default, deserialize_with = "null_as_default")]
    pub vpc_ids: Vec<String>,
    /// Id of the attachment that this one belongs to; `None` (or empty) without one.
    pub parent_uuid: Option<String>,
    /// Creation time of the attachment.
    pub created_at: Option<DateTime<Utc>>,
}

list_item!(PartnerAttachment by id: String);
