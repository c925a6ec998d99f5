//! A project as a resource, for the decisions of a sweep, and back.

use domain::{Project, ProjectFacts, ProjectId, ProviderId, Resource, ResourceFacts, ResourceKey, begin_interval};
use serde_json::{Map, Value};

use crate::kind::PROJECT;

/// Returns the facts of a project in the form of a resource's: all of them are in `attrs`.
pub(crate) fn facts_of_project(facts: &ProjectFacts) -> ResourceFacts {
    let attrs = match serde_json::to_value(facts) {
        Ok(Value::Object(attrs)) => attrs,
        _ => Map::new(),
    };
    ResourceFacts { name: facts.name.clone(), created_at: facts.created_at, attrs, ..ResourceFacts::default() }
}

/// Returns a project as the resource on which decisions are made.
pub(super) fn resource_of(project: &Project) -> Resource {
    let facts = facts_of_project(&project.facts);
    let provider_id = ProviderId::from(&project.id);
    Resource {
        key: ResourceKey { account: project.account.clone(), kind: PROJECT, provider_id },
        fingerprint: facts.fingerprint(),
        facts,
        version: project.version,
        incarnation: 1,
        project_id: None,
        attribution: None,
        project_history: Vec::new(),
        tenant_claims: Vec::new(),
        first_seen_at: project.first_seen_at,
        last_seen_at: project.last_seen_at,
        strikes: project.strikes,
        deleted_at: project.deleted_at,
    }
}

fn facts_of(resource: &ResourceFacts) -> ProjectFacts {
    let text = |name: &str| resource.attrs.get(name).and_then(Value::as_str).map(str::to_owned);
    ProjectFacts {
        name: resource.name.clone(),
        description: text("description").unwrap_or_default(),
        digitalocean_purpose: text("digitalocean_purpose").unwrap_or_default(),
        environment: text("environment"),
        is_default: resource.attrs.get("is_default") == Some(&Value::Bool(true)),
        created_at: resource.created_at,
    }
}

/// Returns the project after a decision on its resource: the operator's data of the project as
/// before, and a name of its own in the history of names.
pub(super) fn project_of(before: Option<&Project>, row: &Resource) -> Project {
    let facts = facts_of(&row.facts);
    let mut name_history = before.map(|before| before.name_history.clone()).unwrap_or_default();
    if before.is_none_or(|before| before.facts.name != facts.name) {
        // A new project is assumed to have had its name since its creation, because earlier names
        // are unknown.
        let since = facts.created_at.filter(|made| before.is_none() && *made < row.last_seen_at);
        begin_interval(&mut name_history, facts.name.clone(), since.unwrap_or(row.last_seen_at));
    }
    Project {
        account: row.key.account.clone(),
        id: ProjectId::from(&row.key.provider_id),
        facts,
        fingerprint: row.fingerprint.clone(),
        tenant_id: before.and_then(|before| before.tenant_id.clone()),
        purpose: before.and_then(|before| before.purpose.clone()),
        tenant_history: before.map(|before| before.tenant_history.clone()).unwrap_or_default(),
        name_history,
        first_seen_at: row.first_seen_at,
        last_seen_at: row.last_seen_at,
        strikes: row.strikes,
        deleted_at: row.deleted_at,
        version: row.version,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn the_facts_of_a_project_survive_the_form_of_a_resource() {
        let facts = ProjectFacts {
            name: "Shop".to_owned(),
            description: "The shop".to_owned(),
            digitalocean_purpose: "Web application".to_owned(),
            environment: Some("Production".to_owned()),
            is_default: true,
            created_at: Some(DateTime::UNIX_EPOCH),
        };
        let bare = ProjectFacts { environment: None, is_default: false, created_at: None, ..facts.clone() };
        for facts in [facts, bare] {
            assert_eq!(facts_of(&facts_of_project(&facts)), facts);
        }
    }
}
