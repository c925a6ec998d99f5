//! Projects and the resources assigned to them.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Projects>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error, Urn};

static LIST: Operation = Operation::get("/v2/projects", "project:read");
static GET: Operation = Operation::get("/v2/projects/{}", "project:read");
static CREATE: Operation = Operation::post("/v2/projects", "project:create");
static RESOURCES: Operation = Operation::get("/v2/projects/{}/resources", "project:read");

/// The API calls for projects, from [`Client::projects`].
#[derive(Clone, Copy, Debug)]
pub struct Projects<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for projects.
    #[must_use]
    pub fn projects(&self) -> Projects<'_> {
        Projects { client: self }
    }
}

impl Projects<'_> {
    /// Lists the projects: `GET /v2/projects`, scope `project:read`.
    pub fn list(&self) -> Pages<Project> {
        Pages::new(self.client, &LIST, &[], "projects")
    }

    /// Reads one project: `GET /v2/projects/{id}`, scope `project:read`. The id `default` stands
    /// for the default project.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such project; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Project, Error> {
        self.client.get_one(&GET, &[id], "project").await
    }

    /// Creates a project: `POST /v2/projects`, scope `project:create`. The call is never retried.
    /// After an error for which [`Error::may_have_been_applied`] is true, look for the name in the
    /// list of projects before trying again (names are unique).
    ///
    /// # Errors
    /// [`Error::Api`] with 409 or 422 when the name is taken or too long; any [`Error`] of a call.
    pub async fn create(&self, project: &NewProject) -> Result<Project, Error> {
        self.client.send_one(&CREATE, &[], project, "project").await
    }

    /// Lists the resources of a project: `GET /v2/projects/{id}/resources`, scope `project:read`.
    /// The id `default` stands for the default project.
    ///
    /// DigitalOcean silently leaves out the resources that the token may not read: the list is
    /// complete for a kind only when the token may list that kind too. For a while after a project
    /// was created, this call may return 404.
    pub fn resources(&self, project_id: &str) -> Pages<ProjectResource> {
        Pages::new(self.client, &RESOURCES, &[project_id], "resources")
    }
}

/// A project, which groups resources of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Id of the project, a UUID.
    pub id: String,
    /// Id of the owning team or user.
    #[serde(default)]
    pub owner_uuid: Option<String>,
    /// Numeric id of the owner.
    #[serde(default)]
    pub owner_id: Option<u64>,
    /// Name of the project: at most 175 characters, unique within the account.
    pub name: String,
    /// Free text of at most 255 characters.
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
    /// Purpose of the project, as DigitalOcean stores it. A free text comes back as
    /// `Other: <text>`, see [`Project::purpose_text`].
    #[serde(default, deserialize_with = "null_as_default")]
    pub purpose: String,
    /// Environment: development, staging or production; `None` when none was chosen.
    #[serde(default)]
    pub environment: Option<Environment>,
    /// True if new resources are assigned to this project by default.
    #[serde(default)]
    pub is_default: bool,
    /// Creation time of the project.
    pub created_at: DateTime<Utc>,
    /// Time of the last change.
    #[serde(default)]
    pub updated_at: Option<DateTime<Utc>>,
}

impl Project {
    /// Returns the purpose as it was given to [`Projects::create`], without DigitalOcean's prefix
    /// `Other: `.
    #[must_use]
    pub fn purpose_text(&self) -> &str {
        self.purpose.strip_prefix("Other: ").unwrap_or(&self.purpose)
    }
}

impl ListItem for Project {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}

/// A project to be created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewProject {
    /// Name of the project: at most 175 characters, unique within the account.
    pub name: String,
    /// Purpose of the project, at most 255 characters.
    pub purpose: String,
    /// Free text of at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Environment: development, staging or production.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
}

impl NewProject {
    /// Creates a request with the two required fields.
    #[must_use]
    pub fn new(name: impl Into<String>, purpose: impl Into<String>) -> Self {
        Self { name: name.into(), purpose: purpose.into(), description: None, environment: None }
    }
}

/// The membership of one resource in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectResource {
    /// URN of the resource.
    pub urn: Urn,
    /// Time at which the resource was assigned to the project.
    #[serde(default)]
    pub assigned_at: Option<DateTime<Utc>>,
    /// Result of DigitalOcean's lookup of the resource.
    #[serde(default)]
    pub status: Option<ResourceStatus>,
    /// Links to the resource, such as its address.
    #[serde(default, deserialize_with = "null_as_default")]
    pub links: ResourceLinks,
}

impl ListItem for ProjectResource {
    type Key = Urn;

    fn key(&self) -> Urn {
        self.urn.clone()
    }
}

/// The links of a project's resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceLinks {
    /// Address of the resource itself. For a Spaces bucket it is
    /// `https://<bucket>.<region>.digitaloceanspaces.com`, the only place in the API that shows a
    /// bucket's region. The address is only parsed, and never called with the token.
    #[serde(default, rename = "self")]
    pub self_url: Option<String>,
}

open_enum! {
    /// The environment that a project is for.
    Environment {
        /// The project is for development.
        Development = "Development",
        /// The project is for staging.
        Staging = "Staging",
        /// The project is for production.
        Production = "Production",
    }
}

open_enum! {
    /// The result of the lookup or assignment of a project's resource.
    ResourceStatus {
        /// The resource exists and belongs to the project.
        Ok = "ok",
        /// The resource no longer exists.
        NotFound = "not_found",
        /// The resource has just been assigned.
        Assigned = "assigned",
        /// The resource already belonged to the project.
        AlreadyAssigned = "already_assigned",
        /// The service that owns the resource did not respond; the resource may still exist.
        ServiceDown = "service_down",
    }
}
