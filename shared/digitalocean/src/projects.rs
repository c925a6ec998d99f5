//! Projects and the resources assigned to them.
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Projects>

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Urn;
use crate::area::area;
use crate::lenient_serde::null_as_default;
use crate::open_enum::open_enum;
use crate::pages::list_item;

area! {
    /// The API calls for projects.
    projects: Projects;

    /// Lists all projects of the account.
    list() -> [Project] = GET "/v2/projects", "project:read", "projects";

    /// Reads one project. The id `default` stands for the default project.
    get(id: &str) -> Project = GET "/v2/projects/{id}", "project:read", "project";

    /// Creates a project. The call is never retried. After an error for which
    /// [`Error::may_have_been_applied`](crate::Error::may_have_been_applied) is true, look for the
    /// name in the list of projects before trying again (names are unique). If the name is taken or
    /// too long, the error is [`Error::Api`](crate::Error::Api) with 409 or 422.
    create(; project: &NewProject) -> Project = POST "/v2/projects", "project:create", "project";

    /// Lists the resources of a project. The id `default` stands for the default project.
    ///
    /// DigitalOcean silently leaves out the resources that the token may not read: the list is
    /// complete for a kind only when the token may list that kind too. For a while after a project
    /// was created, this call may return 404.
    resources(project_id: &str) -> [ProjectResource]
        = GET "/v2/projects/{project_id}/resources", "project:read", "resources";
}

/// A project, which groups resources of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Id of the project, a UUID.
    pub id: String,
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
    pub environment: Option<Environment>,
    /// True if new resources are assigned to this project by default.
    #[serde(default)]
    pub is_default: bool,
    /// Creation time of the project.
    pub created_at: DateTime<Utc>,
    /// Time of the last change.
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

list_item!(Project by id: String);

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
    pub assigned_at: Option<DateTime<Utc>>,
    /// Result of DigitalOcean's lookup of the resource.
    pub status: Option<ResourceStatus>,
    /// Links to the resource, such as its address.
    #[serde(default, deserialize_with = "null_as_default")]
    pub links: ResourceLinks,
}

list_item!(ProjectResource by urn: Urn);

/// The links of a project's resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceLinks {
    /// Address of the resource itself. For a Spaces bucket it is
    /// `https://<bucket>.<region>.digitaloceanspaces.com`, the only place in the API that shows a
    /// bucket's region. The address is only parsed, and never called with the token.
    #[serde(rename = "self")]
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
