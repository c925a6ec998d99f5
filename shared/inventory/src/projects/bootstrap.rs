//! The internal project, which holds the company's own resources. The first sweep of an account
//! creates it if it is missing.

use digitalocean::{NewProject, Project};

use crate::sweep::{Bootstrap, public_message};

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

/// Creates the internal project unless it is listed. The request is sent once; if its response is
/// lost, the next list shows whether the project exists.
pub(crate) async fn run(bootstrap: &Bootstrap, listed: &[Project]) -> Bootstrapped {
    let Bootstrap { name, provisioning } = bootstrap;
    if listed.iter().any(|project| project.name.eq_ignore_ascii_case(name)) {
        return Bootstrapped::Exists;
    }
    let client = match provisioning {
        Ok(client) => client,
        Err(reason) => return Bootstrapped::Missing(format!("the internal project {name} is missing: {reason}")),
    };
    match client.projects().create(&NewProject::new(name, PURPOSE)).await {
        Ok(project) => {
            tracing::info!(project_id = project.id, name, "internal project created");
            Bootstrapped::Created(Box::new(project))
        }
        Err(error) => {
            let error = public_message(&error);
            Bootstrapped::Missing(format!("the internal project {name} could not be created: {error}"))
        }
    }
}
