//! The internal project, which holds the company's own resources. The first sweep of an account
//! creates it if it is missing.

use digitalocean::{Client, NewProject, Project};

use crate::sweep::public_message;

/// The internal project and the client that may create it.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    /// The name of the internal project; compared without regard to case.
    pub name: String,
    /// A client with the account's `provisioning` token (or its fallback), or the reason why the
    /// project may not be created.
    pub provisioning: Result<Client, String>,
}

/// The result of the bootstrap.
#[derive(Debug)]
pub(crate) enum Bootstrapped {
    /// The project is in the list.
    Exists,
    /// The project was missing and has been created.
    Created(Box<Project>),
    /// The project is missing, for this reason. The next sweep tries again.
    Missing(String),
}

/// The purpose that the internal project gets at DigitalOcean.
const PURPOSE: &str = "Operational / Developer tooling";

impl Bootstrap {
    /// Creates the internal project unless it is listed. The request is sent once; if its response
    /// is lost, the next list shows whether the project exists.
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
                tracing::info!(project_id = project.id, name = self.name, "internal project created");
                Bootstrapped::Created(Box::new(project))
            }
            Err(error) => Bootstrapped::Missing(format!(
                "the internal project {} could not be created: {}",
                self.name,
                public_message(&error)
            )),
        }
    }
}
