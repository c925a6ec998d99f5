//! SaaS add-ons, which other vendors provide through DigitalOcean's marketplace.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Add-Ons>

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::{exact_decimal, null_as_default};
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for SaaS add-ons.
    saas_add_ons: SaasAddOns;

    /// Lists the SaaS add-ons, all in one response.
    list() -> [SaasAddOn, unpaged()] = GET "/v2/add-ons/saas", "addon:read", "resources";

    /// Reads one add-on by its UUID.
    get(uuid: &str) -> SaasAddOn = GET "/v2/add-ons/saas/{uuid}", "addon:read", "resource";
}

/// A SaaS add-on. The model leaves out its configuration and metadata, which may hold keys, and the
/// URL that signs its holder in. DigitalOcean sends neither region, project nor creation time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaasAddOn {
    /// The add-on's id, a UUID.
    pub uuid: String,
    /// Name of the add-on; empty when DigitalOcean does not send one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// State of the add-on, as DigitalOcean reports it.
    pub state: Option<SaasAddOnState>,
    /// Slug of the vendor's application.
    pub app_slug: Option<String>,
    /// Slug of the plan, which decides the price.
    pub plan_slug: Option<String>,
    /// Price of the plan in US dollars a month.
    #[serde(default, deserialize_with = "exact_decimal")]
    pub plan_price_per_month: Option<Decimal>,
}

open_enum! {
    /// The state of a SaaS add-on.
    SaasAddOnState {
        /// The add-on has been requested.
        Pending = "pending",
        /// The vendor is creating the add-on.
        Provisioning = "provisioning",
        /// The add-on can be used.
        Provisioned = "provisioned",
        /// The vendor is removing the add-on.
        Deprovisioning = "deprovisioning",
        /// The add-on has been removed.
        Deprovisioned = "deprovisioned",
        /// The add-on could not be created.
        ProvisioningFailed = "provisioning-failed",
        /// The add-on could not be removed.
        DeprovisioningFailed = "deprovisioning-failed",
        /// The add-on is suspended by its vendor.
        Suspended = "suspended",
    }
}

list_item!(SaasAddOn by uuid: String);
