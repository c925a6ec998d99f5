//! Typed methods for the kinds that tests use most.

use serde_json::{Value, json};

use super::Account;
use crate::endpoints::droplets::{self, Droplet};
use crate::endpoints::projects::{self, Project};

impl Account {
    /// Adds a droplet and returns its id. The droplet is assigned to the default project.
    #[track_caller]
    pub fn add_droplet(&self, droplet: Droplet) -> u64 {
        self.edit(|account, now| {
            let spec = serde_json::to_value(droplet).map_err(|error| error.to_string())?;
            account.add(&droplets::KIND, spec, now)?.parse().map_err(|_| "the id is not a number".to_owned())
        })
    }

    /// Adds this number of droplets and returns their ids.
    #[track_caller]
    pub fn add_droplets(&self, count: usize) -> Vec<u64> {
        (1..=count).map(|n| self.add_droplet(Droplet::generated(n, 0))).collect()
    }

    /// Returns a droplet in DO's shape, if it exists.
    #[track_caller]
    #[must_use]
    pub fn droplet(&self, id: u64) -> Option<Value> {
        self.get("droplets", &id.to_string())
    }

    /// Changes fields of a droplet. A slug stands for a whole `size`, `region` or `image`.
    #[track_caller]
    pub fn change_droplet(&self, id: u64, fields: Value) {
        self.change("droplets", &id.to_string(), fields);
    }

    /// Sets the status of a droplet.
    #[track_caller]
    pub fn set_droplet_status(&self, id: u64, status: &str) {
        self.change_droplet(id, json!({ "status": status }));
    }

    /// Changes the name of a droplet.
    #[track_caller]
    pub fn rename_droplet(&self, id: u64, name: &str) {
        self.change_droplet(id, json!({ "name": name }));
    }

    /// Removes a droplet and its backups.
    #[track_caller]
    pub fn remove_droplet(&self, id: u64) {
        self.remove("droplets", &id.to_string());
    }

    /// Adds a domain. The domain is assigned to the default project.
    #[track_caller]
    pub fn add_domain(&self, name: &str) {
        self.add("domains", json!({ "name": name }));
    }

    /// Removes a domain and its records.
    #[track_caller]
    pub fn remove_domain(&self, name: &str) {
        self.remove("domains", name);
    }

    /// Adds a project and returns its id.
    #[track_caller]
    pub fn add_project(&self, project: Project) -> String {
        self.edit(|account, now| {
            let spec = serde_json::to_value(project).map_err(|error| error.to_string())?;
            account.add(&projects::KIND, spec, now)
        })
    }

    /// Changes the name of a project.
    #[track_caller]
    pub fn rename_project(&self, id: &str, name: &str) {
        self.change("projects", id, json!({ "name": name }));
    }

    /// Removes a project. Its resources are in no project afterwards.
    #[track_caller]
    pub fn remove_project(&self, id: &str) {
        self.remove("projects", id);
    }

    /// Returns the id of the project with a name, if one exists.
    #[track_caller]
    #[must_use]
    pub fn project_named(&self, name: &str) -> Option<String> {
        self.edit(|account, _| {
            let kind = &projects::KIND;
            Ok(account.objects(kind).find(|project| project["name"] == name).map(|project| kind.id_of(project)))
        })
    }

    /// Returns the id of the default project, if one exists.
    #[track_caller]
    #[must_use]
    pub fn default_project(&self) -> Option<String> {
        self.edit(|account, _| Ok(account.default_project()))
    }

    /// Moves a resource into a project. The URN may be of any kind, including kinds that the
    /// simulator does not serve.
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

    /// Removes a resource from its project, so that it is in no project.
    #[track_caller]
    pub fn unassign(&self, urn: &str) {
        self.edit(|account, _| {
            account.assignments.unassign(urn);
            Ok(())
        });
    }

    /// Returns the id of a resource's project; none if the resource is in no project.
    #[track_caller]
    #[must_use]
    pub fn project_of(&self, urn: &str) -> Option<String> {
        self.edit(|account, _| Ok(account.assignments.project_of(urn).map(ToOwned::to_owned)))
    }

    /// Returns the URNs of a project's resources.
    #[track_caller]
    #[must_use]
    pub fn resources_of(&self, project: &str) -> Vec<String> {
        self.edit(|account, _| Ok(account.assignments.of(project).into_iter().map(|(urn, _)| urn.to_owned()).collect()))
    }
}
