//! Projects and what belongs to them. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Projects>

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

/// Calls on projects.
#[derive(Clone, Copy, Debug)]
pub struct Projects<'a> {
    client: &'a Client,
}

impl Client {
    /// Calls on projects.
    #[must_use]
    pub fn projects(&self) -> Projects<'_> {
        Projects { client: self }
    }
}

impl Projects<'_> {
    /// `GET /v2/projects`, scope `project:read`.
    pub fn list(&self) -> Pages<Project> {
        Pages::new(self.client, &LIST, &[], "projects")
    }

    /// `GET /v2/projects/{id}`, scope `project:read`; `default` is accepted for the default project.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such project; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<Project, Error> {
        self.client.get_one(&GET, &[id], "project").await
    }

    /// `POST /v2/projects`, scope `project:create`. Never retried: after an error for which
    /// [`Error::may_have_been_applied`] holds, list the projects by name before trying again (names are unique).
    ///
    /// # Errors
    /// [`Error::Api`] with 409 or 422 when the name is taken or too long; any [`Error`] of a call.
    pub async fn create(&self, project: &NewProject) -> Result<Project, Error> {
        self.client.send_one(&CREATE, &[], project, "project").await
    }

    /// `GET /v2/projects/{id}/resources`, scope `project:read`; `default` is accepted for the default project.
    ///
    /// DigitalOcean leaves out, without an error, what the token may not read: membership is complete for a kind only when
    /// the token can list that kind too. Right after a project was made this may answer 404 for a while.
    pub fn resources(&self, project_id: &str) -> Pages<ProjectResource> {
        Pages::new(self.client, &RESOURCES, &[project_id], "resources")
    }
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// The project's id, a UUID.
    pub id: String,
    /// The owning team's or user's id.
    #[serde(default)]
    pub owner_uuid: Option<String>,
    /// The owner's numeric id.
    #[serde(default)]
    pub owner_id: Option<u64>,
    /// Name, at most 175 characters, unique within the account.
    pub name: String,
    /// Free text, at most 255 characters.
    #[serde(default, deserialize_with = "null_as_default")]
    pub description: String,
    /// What it is for, as stored: a text of one's own comes back as `Other: <text>`, see [`Project::purpose_text`].
    #[serde(default, deserialize_with = "null_as_default")]
    pub purpose: String,
    /// Development, staging or production; `None` when never chosen.
    #[serde(default)]
    pub environment: Option<Environment>,
    /// Whether new resources go here.
    #[serde(default)]
    pub is_default: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[serde(default)]
    pub updated_at: Option<DateTime<Utc>>,
}

impl Project {
    /// The purpose as it was given to [`Projects::create`], without DigitalOcean's `Other: ` prefix.
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

/// A project to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewProject {
    /// Name, at most 175 characters, unique within the account.
    pub name: String,
    /// What it is for, at most 255 characters.
    pub purpose: String,
    /// Free text, at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Development, staging or production.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
}

impl NewProject {
    /// The two things every project needs.
    #[must_use]
    pub fn new(name: impl Into<String>, purpose: impl Into<String>) -> Self {
        Self { name: name.into(), purpose: purpose.into(), description: None, environment: None }
    }
}

/// One resource's membership in a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectResource {
    /// Which resource.
    pub urn: Urn,
    /// Since when it belongs to the project.
    #[serde(default)]
    pub assigned_at: Option<DateTime<Utc>>,
    /// Whether DigitalOcean could resolve it.
    #[serde(default)]
    pub status: Option<ResourceStatus>,
    /// Where it lives.
    #[serde(default, deserialize_with = "null_as_default")]
    pub links: ResourceLinks,
}

impl ListItem for ProjectResource {
    type Key = Urn;

    fn key(&self) -> Urn {
        self.urn.clone()
    }
}

/// Links of a project's resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceLinks {
    /// The resource's own address. For a Spaces bucket it is `https://<bucket>.<region>.digitaloceanspaces.com`, the only place in
    /// the API that tells a bucket's region. To be read, never to be called with the token.
    #[serde(default, rename = "self")]
    pub self_url: Option<String>,
}

open_enum! {
    /// A project's environment.
    Environment {
        /// For development.
        Development = "Development",
        /// For staging.
        Staging = "Staging",
        /// For production.
        Production = "Production",
    }
}

open_enum! {
    /// Whether a project's resource could be resolved or assigned.
    ResourceStatus {
        /// It exists and belongs to the project.
        Ok = "ok",
        /// It no longer exists.
        NotFound = "not_found",
        /// It has just been assigned.
        Assigned = "assigned",
        /// It already belonged to the project.
        AlreadyAssigned = "already_assigned",
        /// The service that owns it did not answer; it may well exist.
        ServiceDown = "service_down",
    }
}
