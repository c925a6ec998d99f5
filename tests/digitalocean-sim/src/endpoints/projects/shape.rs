//! A project as a seed describes it and as DO shows it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::rfc3339;
use crate::model::assignments::Member;
use crate::model::kind::{BuildContext, BuiltObject, set_known, spec};

/// The fields that a client can write (OpenAPI `PUT /v2/projects/{project_id}`).
pub(super) const WRITABLE: &[&str] = &["name", "description", "purpose", "environment", "is_default"];

/// The purposes that are stored unchanged (OpenAPI `schemas/project_base`, `purpose`).
const PURPOSES: &[&str] = &[
    "Just trying out DigitalOcean",
    "Class project / Educational purposes",
    "Website or blog",
    "Web Application",
    "Service or API",
    "Mobile Application",
    "Machine learning / AI / Data processing",
    "IoT",
    "Operational / Developer tooling",
];

/// A project to add. Only the name is required.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default = "web_application")]
    purpose: String,
    #[serde(default = "development")]
    environment: String,
    #[serde(default)]
    is_default: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    updated_at: Option<DateTime<Utc>>,
    /// URNs of the resources that belong to the project.
    #[serde(default)]
    resources: Vec<Member>,
}

fn web_application() -> String {
    "Web Application".to_owned()
}

/// DO does not document the environment of a project that names none. The contract has no empty
/// environment, so the simulator uses this one.
fn development() -> String {
    "Development".to_owned()
}

impl Project {
    /// Describes a project without resources.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            id: None,
            name: name.into(),
            description: String::new(),
            purpose: web_application(),
            environment: development(),
            is_default: false,
            created_at: None,
            updated_at: None,
            resources: Vec::new(),
        }
    }

    /// Sets the id, which is a random UUID by default.
    #[must_use]
    pub fn id(mut self, id: Uuid) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the description, which is empty by default.
    #[must_use]
    pub fn description(mut self, text: &str) -> Self {
        text.clone_into(&mut self.description);
        self
    }

    /// Sets the purpose. A purpose that DO does not define is stored as `Other: <text>`.
    #[must_use]
    pub fn purpose(mut self, text: &str) -> Self {
        text.clone_into(&mut self.purpose);
        self
    }

    /// Sets the environment: `Development`, `Staging` or `Production`.
    #[must_use]
    pub fn environment(mut self, name: &str) -> Self {
        name.clone_into(&mut self.environment);
        self
    }

    /// Makes the project the default project, in place of the present one.
    #[must_use]
    pub fn default_project(mut self) -> Self {
        self.is_default = true;
        self
    }

    /// Adds one resource to the project.
    #[must_use]
    pub fn holding(mut self, urn: &str) -> Self {
        self.resources.push(Member::Urn(urn.to_owned()));
        self
    }
}

pub(super) fn build(value: Value, context: &mut BuildContext<'_>) -> Result<BuiltObject, String> {
    let project: Project = spec(value)?;
    let created_at = project.created_at.unwrap_or(context.now);
    let mut object = Map::new();
    object.insert("id".to_owned(), json!(project.id.unwrap_or_else(Uuid::new_v4)));
    object.insert("owner_uuid".to_owned(), json!(context.profile.team_uuid));
    object.insert("owner_id".to_owned(), json!(context.profile.owner_id));
    for (field, value) in [
        ("name", json!(project.name)),
        ("description", json!(project.description)),
        ("purpose", json!(project.purpose)),
        ("environment", json!(project.environment)),
        ("is_default", json!(project.is_default)),
    ] {
        object.insert(field.to_owned(), Value::Null);
        set(&mut object, field, value)?;
    }
    object.insert("created_at".to_owned(), json!(rfc3339(created_at)));
    object.insert("updated_at".to_owned(), json!(rfc3339(project.updated_at.unwrap_or(created_at))));
    Ok(BuiltObject { members: project.resources, ..Value::Object(object).into() })
}

/// Sets a field, within the limits of OpenAPI `schemas/project_base`.
pub(super) fn set(object: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), String> {
    let longest = match field {
        "name" => 175,
        "description" | "purpose" => 255,
        "environment" => usize::MAX,
        _ => return set_known(object, field, value),
    };
    let Some(text) = value.as_str() else { return Err(format!("{field} must be a text")) };
    if text.chars().count() > longest {
        return Err(format!("{field} is too long (maximum is {longest} characters)"));
    }
    if field != "description" && text.trim().is_empty() {
        return Err(format!("{field} can't be blank"));
    }
    if field == "environment" && !["Development", "Staging", "Production"].contains(&text) {
        return Err("environment must be one of Development, Staging, Production".to_owned());
    }
    let stored = if field == "purpose" { stored_purpose(text) } else { text.to_owned() };
    set_known(object, field, Value::String(stored))
}

/// The purpose as DO stores it. A custom purpose is stored as `Other: your custom purpose` (OpenAPI
/// `schemas/project_base`).
fn stored_purpose(text: &str) -> String {
    if PURPOSES.contains(&text) || text.starts_with("Other: ") { text.to_owned() } else { format!("Other: {text}") }
}
