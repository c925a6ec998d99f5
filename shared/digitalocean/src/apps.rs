//! Apps of App Platform. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Apps>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::pages::list_item;

area! {
    /// The API calls for apps.
    apps: Apps;

    /// Lists all apps of the account.
    list() -> [App] = GET "/v2/apps", "app:read", "apps";

    /// Reads one app by its id.
    get(id: &str) -> App = GET "/v2/apps/{id}", "app:read", "app";
}

/// An app. The model leaves out its deployments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// The app's id, a UUID.
    pub id: String,
    /// Desired state of the app: its components and domains.
    #[serde(default, deserialize_with = "null_as_default")]
    pub spec: AppSpec,
    /// URL that DigitalOcean assigned to the app.
    pub default_ingress: Option<String>,
    /// URL at which the app is served.
    pub live_url: Option<String>,
    /// Slug of the app's pricing tier, such as `basic`.
    pub tier_slug: Option<String>,
    /// Region that the app runs in.
    pub region: Option<AppRegion>,
    /// Creation time of the app.
    pub created_at: Option<DateTime<Utc>>,
}

/// The desired state of an app. The model leaves out the environment variables, log destinations,
/// sources and commands of its components, because they hold or may hold secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppSpec {
    /// The app's name, unique.
    #[serde(deserialize_with = "null_as_default")]
    pub name: String,
    /// Host names at which the app is to be served.
    #[serde(deserialize_with = "null_as_default")]
    pub domains: Vec<AppDomain>,
    /// Components that answer HTTP requests.
    #[serde(deserialize_with = "null_as_default")]
    pub services: Vec<AppComponent>,
    /// Components that run in the background and answer no requests.
    #[serde(deserialize_with = "null_as_default")]
    pub workers: Vec<AppComponent>,
    /// Components that run before or after a deployment.
    #[serde(deserialize_with = "null_as_default")]
    pub jobs: Vec<AppComponent>,
    /// Components that serve static files.
    #[serde(deserialize_with = "null_as_default")]
    pub static_sites: Vec<AppComponent>,
    /// Components that are serverless functions.
    #[serde(deserialize_with = "null_as_default")]
    pub functions: Vec<AppComponent>,
    /// Databases, either the app's own or managed clusters.
    #[serde(deserialize_with = "null_as_default")]
    pub databases: Vec<AppComponent>,
}

/// A component of an app. Static sites, functions and databases have no instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppComponent {
    /// Name of the component, unique within the app.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// Slug of the size of the component's instances, such as `apps-s-1vcpu-0.5gb`.
    pub instance_size_slug: Option<String>,
    /// Number of instances; `None` when the component scales automatically.
    pub instance_count: Option<u32>,
    /// Bounds of automatic scaling; `None` when the number of instances is fixed.
    pub autoscaling: Option<AppAutoscaling>,
}

/// The bounds of a component that scales automatically.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppAutoscaling {
    /// Smallest number of instances.
    pub min_instance_count: Option<u32>,
    /// Largest number of instances.
    pub max_instance_count: Option<u32>,
}

/// A host name of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppDomain {
    /// The host name itself, such as `example.com`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub domain: String,
}

/// The region that an app runs in. It is not one of the regions of droplets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRegion {
    /// Slug of the region, such as `ams`.
    #[serde(default, deserialize_with = "null_as_default")]
    pub slug: String,
}

list_item!(App by id: String);
