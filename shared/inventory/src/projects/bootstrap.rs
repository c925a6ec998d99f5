//! The internal project: what is ours and no tenant's. The first sweep of an account makes it where it is missing.

use digitalocean::{Client, NewProject, Project};

use crate::sweep::public_message;

/// The internal project and who may make it.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    /// Its name.
    pub name: String,
    /// DigitalOcean, with the account's `provisioning` token (or what it falls back to), or why it may not be made.
    pub provisioning: Result<Client, String>,
}

/// What bootstrapping came to.
#[derive(Debug)]
pub(crate) enum Bootstrapped {
    /// The project is in the list.
    Exists,
    /// It was made.
    Created(Box<Project>),
    /// It is missing, and stays so until the next sweep.
    Missing(String),
}

/// What DigitalOcean is told the internal project is for.
const PURPOSE: &str = "Operational / Developer tooling";

impl Bootstrap {
    /// Makes the internal project unless it is listed. The request is sent once: whether a lost answer made it, the next list tells.
    pub(crate) async fn run(&self, listed: &[Project]) -> Bootstrapped {
        if listed.iter().any(|project| project.name.eq_ignore_ascii_case(&self.name)) {
            return Bootstrapped::Exists;
        }
        let client = match &self.provisioning {
            Ok(client) => client,
            Err(reason) => {
                return Bootstrapped::Missing(format!("the internal project {} is missing: {reason}", self.name));
            }
        };
        match client.projects().create(&NewProject::new(&self.name, PURPOSE)).await {
            Ok(project) => {
                tracing::info!(project_id = project.id, name = self.name, "internal project made");
                Bootstrapped::Created(Box::new(project))
            }
            Err(error) => Bootstrapped::Missing(format!(
                "the internal project {} could not be made: {}",
                self.name,
                public_message(&error)
            )),
        }
    }
}
