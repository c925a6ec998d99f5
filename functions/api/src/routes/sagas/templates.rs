//! Sagas that are asked for most, by what they are to do. Admins only.

use axum::Extension;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::idempotency::IdempotencyKey;
use super::request::SagaRequest;
use super::start::{StartResponse, start_validated};
use crate::AppState;
use crate::caller::Admin;
use crate::extract::Json as Body;
use crate::observe::RequestId;
use crate::openapi::{
    AuthResponses, ConflictResponse, InvalidBodyResponse, InvalidParametersResponse, NotFoundResponse,
    ServerErrorResponses,
};
use crate::problem::{ApiProblem, ValidationError};
use crate::views::SagaView;

/// A snapshot to take. Everything but `account`, `start_at` and `plan_hash` is an input of the step.
#[derive(Debug, Deserialize)]
pub(in crate::routes) struct SnapshotRequest {
    #[serde(flatten)]
    options: StartOptions,
    #[serde(flatten)]
    inputs: Map<String, Value>,
}

/// What a name is to stand for. Everything but `account`, `ensure`, `start_at` and `plan_hash` is an input of the step.
#[derive(Debug, Deserialize)]
pub(in crate::routes) struct DnsRequest {
    #[serde(default)]
    ensure: Ensure,
    #[serde(flatten)]
    options: StartOptions,
    #[serde(flatten)]
    inputs: Map<String, Value>,
}

/// What starters share.
#[derive(Debug, Deserialize)]
struct StartOptions {
    account: Option<String>,
    start_at: Option<DateTime<Utc>>,
    plan_hash: Option<String>,
}

/// Whether a record is to be there.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::routes) enum Ensure {
    /// It is.
    #[default]
    Present,
    /// It is not.
    Absent,
}

/// A snapshot to take.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SnapshotRequest)]
pub(in crate::routes) struct SnapshotRequestSchema {
    /// The account; the only one that is registered if left out.
    #[schema(required = false, example = "main")]
    account: Option<String>,
    /// The droplet, by DigitalOcean's id.
    #[schema(example = "3164444")]
    droplet_id: String,
    /// When it begins; now if left out or past.
    #[schema(required = false)]
    start_at: Option<DateTime<Utc>>,
    /// `hash` of a plan: the saga is refused (409) unless it would still do just that.
    #[schema(required = false)]
    plan_hash: Option<String>,
}

/// What a name is to stand for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DnsRequest)]
pub(in crate::routes) struct DnsRequestSchema {
    /// The account; the only one that is registered if left out.
    #[schema(required = false, example = "main")]
    account: Option<String>,
    /// `present` (if left out) or `absent`.
    #[schema(required = false)]
    ensure: Ensure,
    /// The zone.
    #[schema(example = "shop.example")]
    dns_domain: String,
    /// `A`, `AAAA`, `CAA`, `CNAME`, `MX`, `NS`, `SRV` or `TXT`.
    #[schema(example = "A")]
    dns_record_type: String,
    /// The name, relative to the zone or whole; `@` is the zone itself.
    #[schema(example = "www")]
    dns_record_name: String,
    /// What it stands for; may be left out with `absent`.
    #[schema(required = false, example = "192.0.2.7")]
    dns_record_data: Option<String>,
    /// Time to live, in seconds. DigitalOcean keeps one for all records of a name and type.
    #[schema(required = false, example = 1800)]
    dns_record_ttl: Option<u32>,
    /// Of MX and SRV.
    #[schema(required = false)]
    dns_record_priority: Option<u16>,
    /// Of SRV.
    #[schema(required = false)]
    dns_record_port: Option<u16>,
    /// Of SRV.
    #[schema(required = false)]
    dns_record_weight: Option<u16>,
    /// Of CAA.
    #[schema(required = false)]
    dns_record_flags: Option<u8>,
    /// Of CAA: `issue`, `issuewild` or `iodef`.
    #[schema(required = false)]
    dns_record_tag: Option<String>,
    /// What other records of the name and type are: `exclusive` (if left out: there may be none but one of ours), `additive` (they stay)
    /// or `replace` (they go).
    #[schema(required = false, example = "exclusive")]
    dns_mode: Option<String>,
    /// When it begins; now if left out or past.
    #[schema(required = false)]
    start_at: Option<DateTime<Utc>>,
    /// `hash` of a plan: the saga is refused (409) unless it would still do just that.
    #[schema(required = false)]
    plan_hash: Option<String>,
}

impl StartOptions {
    fn request(self, definition: &str, inputs: Map<String, Value>) -> SagaRequest {
        let Self { account, start_at, plan_hash } = self;
        // Both are flattened, and each is given what the other takes.
        let inputs = inputs.into_iter().filter(|(name, _)| !START_OPTIONS.contains(&name.as_str())).collect();
        SagaRequest { account, start_at, plan_hash, ..SagaRequest::from_template(definition, inputs) }
    }
}

/// The names of the fields in [`StartOptions`].
const START_OPTIONS: [&str; 3] = ["account", "start_at", "plan_hash"];

/// Takes a snapshot of a droplet: a saga of the type `snapshot-droplet`. Admins only.
#[utoipa::path(
    post, path = "/provisioning/snapshot-droplet", operation_id = "snapshotDroplet", tag = "sagas", request_body = SnapshotRequestSchema,
    security(("id_token" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "Names the request for 7 days: 1 to 128 printable characters.")),
    responses(
        (status = 202, description = "It is started.", body = SagaView, headers(("location" = String, description = "Where it is."))),
        (status = 200, description = "It was before, with this key; as it is now.", body = SagaView),
        InvalidParametersResponse, AuthResponses, NotFoundResponse, ConflictResponse, InvalidBodyResponse, ServerErrorResponses
    )
)]
pub(in crate::routes) async fn snapshot_droplet(
    admin: Admin,
    key: IdempotencyKey,
    State(state): State<AppState>,
    Extension(request): Extension<RequestId>,
    Body(SnapshotRequest { options, inputs }): Body<SnapshotRequest>,
) -> Result<StartResponse, ApiProblem> {
    start_from_template(&admin, &state, &request, key, options.request("snapshot-droplet", inputs)).await
}

/// Sees to it that a name stands for a value, or for nothing: a saga of the type `ensure-dns` or `remove-dns`. Admins only.
#[utoipa::path(
    post, path = "/provisioning/dns", operation_id = "provisionDns", tag = "sagas", request_body = DnsRequestSchema, security(("id_token" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "Names the request for 7 days: 1 to 128 printable characters.")),
    responses(
        (status = 202, description = "It is started.", body = SagaView, headers(("location" = String, description = "Where it is."))),
        (status = 200, description = "It was before, with this key; as it is now.", body = SagaView),
        InvalidParametersResponse, AuthResponses, NotFoundResponse, ConflictResponse, InvalidBodyResponse, ServerErrorResponses
    )
)]
pub(in crate::routes) async fn dns(
    admin: Admin,
    key: IdempotencyKey,
    State(state): State<AppState>,
    Extension(request): Extension<RequestId>,
    Body(DnsRequest { ensure, options, inputs }): Body<DnsRequest>,
) -> Result<StartResponse, ApiProblem> {
    let definition = match ensure {
        Ensure::Present => "ensure-dns",
        Ensure::Absent => "remove-dns",
    };
    start_from_template(&admin, &state, &request, key, options.request(definition, inputs)).await
}

async fn start_from_template(
    admin: &Admin,
    state: &AppState,
    request: &RequestId,
    key: IdempotencyKey,
    wanted: SagaRequest,
) -> Result<StartResponse, ApiProblem> {
    // Here the inputs are the body's own fields.
    let own =
        |ValidationError { pointer, detail }| ValidationError { pointer: pointer.replacen("#/inputs", "#", 1), detail };
    let checked = wanted.validate(state.now());
    let checked = checked.map_err(|errors| ApiProblem::unprocessable(errors.into_iter().map(own).collect()))?;
    start_validated(admin, state, request, key, checked).await
}
