//! Kubernetes clusters (OpenAPI `schemas/cluster_read`). The simulator does not serve the droplets
//! of the nodes: they are only ids.

mod shape;

use http::{Method, StatusCode};

use crate::call::LinkStyle;
use crate::model::kind::{Blank, Kind, ScopedField, set_known};
use crate::route::{Access, Family, Route};

static KIND: Kind = Kind {
    collection: "kubernetes_clusters",
    single: "kubernetes_cluster",
    id: "id",
    urn: Some("kubernetes"),
    read_scope: "kubernetes:read",
    // OpenAPI `schemas/cluster_read`: "Requires `tag:read` scope." and so on.
    scoped_fields: &[
        ScopedField { name: "tags", scope: "tag:read", blank: Blank::List },
        ScopedField { name: "vpc_uuid", scope: "vpc:read", blank: Blank::Absent },
    ],
    build: shape::build,
    set: set_known,
};

pub(crate) static FAMILY: Family = Family {
    kind: Some(&KIND),
    routes: &[
        Route {
            method: Method::GET,
            path: "/v2/kubernetes/clusters",
            access: Access::List,
            scopes: &[&["kubernetes:read"]],
            handler: |call| Ok(call.list(&KIND, LinkStyle::Usual, |_| true)),
        },
        Route {
            method: Method::GET,
            path: "/v2/kubernetes/clusters/{cluster_id}",
            access: Access::Object,
            scopes: &[&["kubernetes:read"]],
            handler: |call| call.show(&KIND, call.param(0), StatusCode::OK),
        },
    ],
};
