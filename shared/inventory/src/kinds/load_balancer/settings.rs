//! The settings of a load balancer, as `attrs`.

use digitalocean::LoadBalancer;
use digitalocean::load_balancers::{ForwardingRule, GlobalDomain, HealthCheck, StickySessions};
use serde_json::{Map, Value, json};

use crate::attrs::{attrs, given, non_empty, sorted, sorted_objects};

pub(super) fn attributes(balancer: LoadBalancer) -> Map<String, Value> {
    attrs(json!({
        "type": balancer.load_balancer_type,
        "size_unit": balancer.size_unit,
        "size": given(balancer.size),
        "algorithm": given(balancer.algorithm),
        "network": given(balancer.network),
        "network_stack": given(balancer.network_stack),
        "vpc_uuid": given(balancer.vpc_uuid),
        "ip": given(balancer.ip),
        "ipv6": given(balancer.ipv6),
        "droplet_ids": sorted(balancer.droplet_ids),
        "tag": given(balancer.tag),
        "forwarding_rules": sorted_objects(balancer.forwarding_rules.into_iter().map(forwarding_rule)),
        "health_check": balancer.health_check.map(health_check),
        "sticky_sessions": balancer.sticky_sessions.map(sticky_sessions),
        "redirect_http_to_https": balancer.redirect_http_to_https,
        "enable_proxy_protocol": balancer.enable_proxy_protocol,
        "firewall_allow": non_empty(sorted(balancer.firewall.allow)),
        "firewall_deny": non_empty(sorted(balancer.firewall.deny)),
        "tls_cipher_policy": given(balancer.tls_cipher_policy),
        "domains": non_empty(sorted_objects(balancer.domains.into_iter().map(domain))),
        "target_load_balancer_ids": non_empty(sorted(balancer.target_load_balancer_ids)),
    }))
}

fn forwarding_rule(rule: ForwardingRule) -> Value {
    Value::Object(attrs(json!({
        "entry_protocol": rule.entry_protocol,
        "entry_port": rule.entry_port,
        "target_protocol": rule.target_protocol,
        "target_port": rule.target_port,
        "certificate_id": given(rule.certificate_id),
        "tls_passthrough": rule.tls_passthrough,
    })))
}

fn health_check(check: HealthCheck) -> Map<String, Value> {
    attrs(json!({
        "protocol": check.protocol,
        "port": check.port,
        "path": given(check.path),
        "check_interval_seconds": check.check_interval_seconds,
        "response_timeout_seconds": check.response_timeout_seconds,
        "unhealthy_threshold": check.unhealthy_threshold,
        "healthy_threshold": check.healthy_threshold,
    }))
}

fn sticky_sessions(sessions: StickySessions) -> Map<String, Value> {
    attrs(json!({
        "type": sessions.sessions_type,
        "cookie_name": given(sessions.cookie_name),
        "cookie_ttl_seconds": sessions.cookie_ttl_seconds,
    }))
}

fn domain(domain: GlobalDomain) -> Value {
    Value::Object(attrs(json!({
        "name": domain.name,
        "is_managed": domain.is_managed,
        "certificate_id": given(domain.certificate_id),
    })))
}
