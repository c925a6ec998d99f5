//! Load balancers. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Load-Balancers>

use crate::operation::Operation;
use crate::pages::{ListItem, Pages};
use crate::{Client, Error};

mod model;

pub use model::{
    ForwardingRule, GlobalDomain, HealthCheck, LoadBalancer, LoadBalancerFirewall, LoadBalancerStatus,
    LoadBalancerType, StickySessions,
};

static LIST: Operation = Operation::get("/v2/load_balancers", "load_balancer:read");
static GET: Operation = Operation::get("/v2/load_balancers/{}", "load_balancer:read");

/// The API calls for load balancers, from [`Client::load_balancers`].
#[derive(Clone, Copy, Debug)]
pub struct LoadBalancers<'a> {
    client: &'a Client,
}

impl Client {
    /// Returns the API calls for load balancers.
    #[must_use]
    pub fn load_balancers(&self) -> LoadBalancers<'_> {
        LoadBalancers { client: self }
    }
}

impl LoadBalancers<'_> {
    /// Lists the load balancers: `GET /v2/load_balancers`, scope `load_balancer:read`.
    pub fn list(&self) -> Pages<LoadBalancer> {
        Pages::new(self.client, &LIST, &[], "load_balancers")
    }

    /// Reads one load balancer: `GET /v2/load_balancers/{id}`, scope `load_balancer:read`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such load balancer; any [`Error`] of a call.
    pub async fn get(&self, id: &str) -> Result<LoadBalancer, Error> {
        self.client.get_one(&GET, &[id], "load_balancer").await
    }
}

impl ListItem for LoadBalancer {
    type Key = String;

    fn key(&self) -> String {
        self.id.clone()
    }
}
