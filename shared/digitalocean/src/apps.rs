//! Apps of App Platform. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Apps>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

static LIST: Operation = Operation::get("/v2/apps", "app:read");
static GET: Operation = Operation::get("/v2/apps/{}", "app:read");

/// Calls on apps.
#[derive(Clone, Copy, Debug)]
pub struct Apps<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on apps.
    #[must_use]
    pub fn apps(&self) -> Apps<'_> {
        Apps { client: self }
    }
}

impl Apps<'_> {
    /// `GET /v2/apps`, scope `app:read`.
    pub fn list(&self) -> Pages<App> {
        Pages::new(self.client, &LIST, &[], "apps")
    }

    /// `GET /v2/apps/{id}`, scope `app:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such app; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<App, Error> {
        self.client.get_one(&GET, &[id], "app").await
    }
}

/// An app. Its deployments are not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// The app's id, a UUID.
    pub id: String,
    /// What it is meant to be.
    #[serde(default, deserialize_with = "null_as_default")]
    pub spec: AppSpec,
    /// The URL that DigitalOcean gave it.
    #[serde(default)]
    pub default_ingress: Option<String>,
    /// The URL it is served at.
    #[serde(default)]
    pub live_url: Option<String>,
    /// Slug of its pricing tier, such as `basic`.
    #[serde(default)]
    pub tier_slug: Option<String>,
    /// Where it runs.
    #[serde(default)]
    pub region: Option<AppRegion>,
    /// When it was made.
    #[serde(default)]
    pub created_at: Option<DateTime<Utc>>,
}

/// What an app is meant to be. Of its components neither environment variables nor log destinations, sources and commands are read: they
/// hold secrets, or may.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppSpec {
    /// The app's name, unique.
    #[serde(deserialize_with = "null_as_default")]
    pub name: String,
    /// The host names it is to be served at.
    #[serde(deserialize_with = "null_as_default")]
    pub domains: Vec<AppDomain>,
    /// What answers HTTP.
    #[serde(deserialize_with = "null_as_default")]
    pub services: Vec<AppComponent>,
    /// What works without answering.
    #[serde(deserialize_with = "null_as_default")]
    pub workers: Vec<AppComponent>,
    /// What runs before or after a deployment.
    #[serde(deserialize_with = "null_as_default")]
    pub jobs: Vec<AppComponent>,
    /// What is served as it is.
    #[serde(deserialize_with = "null_as_default")]
    pub static_sites: Vec<AppComponent>,
    /// Functions.
    #[serde(deserialize_with = "null_as_default")]
    pub functions: Vec<AppComponent>,
    /// Databases, the app's own or managed ones.
    #[serde(deserialize_with = "null_as_default")]
    pub databases: Vec<AppComponent>,
}

/// A component of an app. Static sites, functions and databases have no instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppComponent {
    /// Name, unique in the app.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Slug of its instances' size, such as `apps-s-1vcpu-0.5gb`.
    #[serde(default)]
    pub instance_size_slug: Option<String>,
    /// How many instances it has; `None` where it scales by itself.
    #[serde(default)]
    pub instance_count: Option<u32>,
    /// Within which bounds it scales by itself.
    #[serde(default)]
    pub autoscaling: Option<AppAutoscaling>,
}

/// The bounds of a component that scales by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppAutoscaling {
    /// The fewest instances.
    #[serde(default)]
    pub min_instance_count: Option<u32>,
    /// The most instances.
    #[serde(default)]
    pub max_instance_count: Option<u32>,
}

/// A host name of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppDomain {
    /// The name.
    #[serde(default, deserialize_with = "null_as_default")]
    pub domain: String,
}

/// Where an app runs: not one of the regions of droplets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRegion {
    /// Slug, such as `ams`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub slug: String,
}

impl ListItem for App {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
