//! The kinds that tests name most, with types.

use serde_json::{Value, json};

use super::Account;
use crate::endpoints::droplets::{self, Droplet};
use crate::endpoints::projects::{self, Project};

impl Account {
    /// Adds a droplet and gives its id. The default project takes it.
    #[track_caller]
    pub fn add_droplet(&self, droplet: Droplet) -> u64 {
        self.edit(|account, now| {
            let spec = serde_json::to_value(droplet).map_err(|error| error.to_string())?;
            account.add(&droplets::KIND, spec, now)?.parse().map_err(|_| "the id is not a number".to_owned())
        })
    }

    /// Adds this many droplets and gives their ids.
    #[track_caller]
    pub fn add_droplets(&self, count: usize) -> Vec<u64> {
        (1..=count).map(|n| self.add_droplet(Droplet::generated(n, 0))).collect()
    }

    /// A droplet in DO's shape, if it is there.
    #[track_caller]
    #[must_use]
    pub fn droplet(&self, id: u64) -> Option<Value> {
        self.get("droplets", &id.to_string())
    }

    /// Changes fields of a droplet; a slug stands for a whole `size`, `region` or `image`.
    #[track_caller]
    pub fn change_droplet(&self, id: u64, fields: Value) {
        self.change("droplets", &id.to_string(), fields);
    }

    /// Sets a droplet's status.
    #[track_caller]
    pub fn set_droplet_status(&self, id: u64, status: &str) {
        self.change_droplet(id, json!({ "status": status }));
    }

    /// Gives a droplet another name.
    #[track_caller]
    pub fn rename_droplet(&self, id: u64, name: &str) {
        self.change_droplet(id, json!({ "name": name }));
    }

    /// Removes a droplet.
    #[track_caller]
    pub fn remove_droplet(&self, id: u64) {
        self.remove("droplets", &id.to_string());
    }

    /// Adds a domain. The default project takes it.
    #[track_caller]
    pub fn add_domain(&self, name: &str) {
        self.add("domains", json!({ "name": name }));
    }

    /// Removes a domain.
    #[track_caller]
    pub fn remove_domain(&self, name: &str) {
        self.remove("domains", name);
    }

    /// Adds a project and gives its id.
    #[track_caller]
    pub fn add_project(&self, project: Project) -> String {
        self.edit(|account, now| {
            let spec = serde_json::to_value(project).map_err(|error| error.to_string())?;
            account.add(&projects::KIND, spec, now)
        })
    }

    /// Gives a project another name.
    #[track_caller]
    pub fn rename_project(&self, id: &str, name: &str) {
        self.change("projects", id, json!({ "name": name }));
    }

    /// Removes a project; what it held is then in no project.
    #[track_caller]
    pub fn remove_project(&self, id: &str) {
        self.remove("projects", id);
    }

    /// The id of the project of a name, if there is one.
    #[track_caller]
    #[must_use]
    pub fn project_named(&self, name: &str) -> Option<String> {
        self.edit(|account, _| {
            let kind = &projects::KIND;
            Ok(account.objects(kind).find(|project| project["name"] == name).map(|project| kind.id_of(project)))
        })
    }

    /// The id of the default project, if there is one.
    #[track_caller]
    #[must_use]
    pub fn default_project(&self) -> Option<String> {
        self.edit(|account, _| Ok(account.default_project()))
    }

    /// Moves a resource into a project. Its URN may be of any kind, served or not.
    #[track_caller]
    pub fn assign(&self, project: &str, urn: &str) {
        self.edit(|account, now| {
            if !account.has(&projects::KIND, project) {
                return Err(format!("there is no project `{project}`"));
            }
            account.assignments.assign(urn, project, now);
            Ok(())
        });
    }

    /// Takes a resource out of its project, so that none holds it.
    #[track_caller]
    pub fn unassign(&self, urn: &str) {
        self.edit(|account, _| {
            account.assignments.unassign(urn);
            Ok(())
        });
    }

    /// The id of the project that holds a resource.
    #[track_caller]
    #[must_use]
    pub fn project_of(&self, urn: &str) -> Option<String> {
        self.edit(|account, _| Ok(account.assignments.project_of(urn).map(ToOwned::to_owned)))
    }

    /// The URNs that a project holds.
    #[track_caller]
    #[must_use]
    pub fn resources_of(&self, project: &str) -> Vec<String> {
        self.edit(|account, _| Ok(account.assignments.of(project).into_iter().map(|(urn, _)| urn.to_owned()).collect()))
    }
}
