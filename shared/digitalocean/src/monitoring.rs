//! Alert policies of monitoring.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Monitoring>

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::{exact_decimal, null_as_default};
use crate::pages::list_item;

area! {
    /// The API calls for alert policies.
    alert_policies: AlertPolicies;

    /// Lists the alert policies.
    list() -> [AlertPolicy] = GET "/v2/monitoring/alerts", "monitoring:read", "policies";

    /// Reads one alert policy.
    get(uuid: &str) -> AlertPolicy = GET "/v2/monitoring/alerts/{uuid}", "monitoring:read", "policy";
}

/// An alert policy. The model leaves out its recipients, because the URL of a Slack webhook is a
/// secret that allows its holder to write to the channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertPolicy {
    /// Id of the policy, a UUID.
    pub uuid: String,
    /// Name that the user gave the policy.
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
    /// Metric that is watched, such as `v1/insights/droplet/cpu`.
    #[serde(rename = "type")]
    pub alert_type: Option<String>,
    /// Comparison: `GreaterThan` or `LessThan`.
    pub compare: Option<String>,
    /// Threshold in the unit of the metric (percent, MB/s, a load).
    #[serde(default, deserialize_with = "exact_decimal")]
    pub value: Option<Decimal>,
    /// Time over which the metric is measured, such as `5m`.
    pub window: Option<String>,
    /// Ids of the watched resources.
    #[serde(default, deserialize_with = "ids_as_text")]
    pub entities: Vec<String>,
    /// Tags of the watched resources.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// True if the policy sends alerts.
    pub enabled: Option<bool>,
}

/// Reads ids as texts. DigitalOcean's OpenAPI document declares them as texts but has an example in
/// which they are numbers.
fn ids_as_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(u64),
    }
    let ids: Option<Vec<Id>> = Option::deserialize(deserializer)?;
    let text = |id| match id {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    };
    Ok(ids.unwrap_or_default().into_iter().map(text).collect())
}

list_item!(AlertPolicy by uuid: String);
