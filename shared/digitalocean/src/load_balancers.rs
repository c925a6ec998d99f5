//! Load balancers. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Load-Balancers>

use crate::area::area;
use crate::pages::list_item;

mod model;

pub use model::{
    ForwardingRule, GlobalDomain, HealthCheck, LoadBalancer, LoadBalancerFirewall, LoadBalancerStatus,
    LoadBalancerType, StickySessions,
};

area! {
    /// The API calls for load balancers.
    load_balancers: LoadBalancers;

    /// Lists the load balancers.
    list() -> [LoadBalancer] = GET "/v2/load_balancers", "load_balancer:read", "load_balancers";

    /// Reads one load balancer.
    get(id: &str) -> LoadBalancer = GET "/v2/load_balancers/{id}", "load_balancer:read", "load_balancer";
}

list_item!(LoadBalancer by id: String);
