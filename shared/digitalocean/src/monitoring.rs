//! Alert policies of monitoring. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Monitoring>

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::lenient_serde::{exact_decimal, null_as_default};
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/monitoring/alerts", "monitoring:read");
static GET: Operation = Operation::get("/v2/monitoring/alerts/{}", "monitoring:read");

/// Calls on alert policies.
#[derive(Clone, Copy, Debug)]
pub struct AlertPolicies<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on alert policies.
    #[must_use]
    pub fn alert_policies(&self) -> AlertPolicies<'_> {
        AlertPolicies { client: self }
    }
}

impl AlertPolicies<'_> {
    /// `GET /v2/monitoring/alerts`, scope `monitoring:read`.
    pub fn list(&self) -> Pages<AlertPolicy> {
        Pages::new(self.client, &LIST, &[], "policies")
    }

    /// `GET /v2/monitoring/alerts/{uuid}`, scope `monitoring:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such policy; any [`Error`] of a call.
    pub async fn get(&self, uuid: &str) -> Result<AlertPolicy, Error> {
        self.client.get_one(&GET, &[uuid], "policy").await
    }
}

/// An alert policy. Whom it tells is not read: the URL of a Slack webhook is a secret, who has it can write to the channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertPolicy {
    /// The policy's id.
    pub uuid: String,
    /// What it is called.
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
    /// What is measured, such as `v1/insights/droplet/cpu`.
    #[serde(default, rename = "type")]
    pub alert_type: Option<String>,
    /// `GreaterThan` or `LessThan`.
    #[serde(default)]
    pub compare: Option<String>,
    /// The threshold, in the unit of what is measured (percent, MB/s, a load).
    #[serde(default, deserialize_with = "exact_decimal")]
    pub value: Option<Decimal>,
    /// Over how long it is measured, such as `5m`.
    #[serde(default)]
    pub window: Option<String>,
    /// Ids of what is watched.
    #[serde(default, deserialize_with = "ids_as_text")]
    pub entities: Vec<String>,
    /// Tags of what is watched.
    #[serde(default, deserialize_with = "null_as_default")]
    pub tags: Vec<String>,
    /// Whether it tells anybody.
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// Ids as texts: DigitalOcean's OpenAPI document says that they are, and has an example in which they are numbers.
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

impl ListItem for AlertPolicy {
    type Key = String;

    fn key(&self) -> String {
        self.uuid.clone()
    }
}
