//! Routes that start a saga from a template. Admins only.

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
use crate::http::caller::Admin;
use crate::http::extract::Json as Body;
use crate::http::observe::RequestId;
use crate::http::problem::{ApiProblem, ValidationError};
use crate::http::responses::ChangeResponses;
use crate::views::SagaView;

/// The body of a request for a saga template. Every field that is not named here is an input of the
/// steps, which check all of them at once; so the types below only describe them, and a test
/// compares the two.
#[derive(Debug, Deserialize)]
pub(in crate::routes) struct TemplateRequest {
    account: Option<String>,
    start_at: Option<DateTime<Utc>>,
    plan_hash: Option<String>,
    #[serde(flatten)]
    inputs: Map<String, Value>,
}

/// The body of a request for a DNS record.
#[derive(Debug, Deserialize)]
pub(in crate::routes) struct DnsRequest {
    #[serde(default)]
    ensure: Ensure,
    #[serde(flatten)]
    request: TemplateRequest,
}

/// The requested state of a DNS record.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::routes) enum Ensure {
    /// The record exists with the requested data.
    #[default]
    Present,
    /// No matching record exists.
    Absent,
}

/// A request for a snapshot of a droplet.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SnapshotRequest)]
pub(in crate::routes) struct SnapshotRequestSchema {
    /// Account to work in; the only registered account if left out.
    #[schema(required = false, example = "main")]
    account: Option<String>,
    /// DigitalOcean's id of the droplet.
    #[schema(example = "3164444")]
    droplet_id: String,
    /// Time when the saga begins; now if left out or past.
    #[schema(required = false)]
    start_at: Option<DateTime<Utc>>,
    /// Value of `hash` of a plan. The saga is refused (409) if it would do anything else.
    #[schema(required = false)]
    plan_hash: Option<String>,
}

/// A request for the state of a DNS record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DnsRequest)]
pub(in crate::routes) struct DnsRequestSchema {
    /// Account to work in; the only registered account if left out.
    #[schema(required = false, example = "main")]
    account: Option<String>,
    /// Requested state: `present` (the default) or `absent`.
    #[schema(required = false)]
    ensure: Ensure,
    /// Name of the zone.
    #[schema(example = "shop.example")]
    dns_domain: String,
    /// Type of the record: `A`, `AAAA`, `CAA`, `CNAME`, `MX`, `NS`, `SRV` or `TXT`.
    #[schema(example = "A")]
    dns_record_type: String,
    /// Name of the record, relative to the zone or fully qualified; `@` is the zone itself.
    #[schema(example = "www")]
    dns_record_name: String,
    /// Data of the record, such as an address; optional with `absent`.
    #[schema(required = false, example = "192.0.2.7")]
    dns_record_data: Option<String>,
    /// Time to live in seconds. DigitalOcean keeps one for all records of a name and type.
    #[schema(required = false, example = 1800)]
    dns_record_ttl: Option<u32>,
    /// Priority of MX and SRV records.
    #[schema(required = false)]
    dns_record_priority: Option<u16>,
    /// Port of SRV records.
    #[schema(required = false)]
    dns_record_port: Option<u16>,
    /// Weight of SRV records.
    #[schema(required = false)]
    dns_record_weight: Option<u16>,
    /// Flags of CAA records.
    #[schema(required = false)]
    dns_record_flags: Option<u8>,
    /// Tag of CAA records: `issue`, `issuewild` or `iodef`.
    #[schema(required = false)]
    dns_record_tag: Option<String>,
    /// Handling of existing records of the same name and type: `exclusive` (the default: a single
    /// record is updated, and the saga fails if there are several and it cannot tell which one is
    /// meant), `additive` (others stay) or `replace` (others are deleted).
    #[schema(required = false, example = "exclusive")]
    dns_mode: Option<String>,
    /// Time when the saga begins; now if left out or past.
    #[schema(required = false)]
    start_at: Option<DateTime<Utc>>,
    /// Value of `hash` of a plan. The saga is refused (409) if it would do anything else.
    #[schema(required = false)]
    plan_hash: Option<String>,
}

impl TemplateRequest {
    fn of(self, template: &str) -> SagaRequest {
        let Self { account, start_at, plan_hash, inputs } = self;
        SagaRequest { saga_type: Some(template.to_owned()), account, start_at, plan_hash, inputs, steps: None }
    }
}

/// Takes a snapshot of a droplet.
///
/// The request starts a saga of the type `snapshot-droplet`. Only platform admins may call this
/// operation.
#[utoipa::path(
    post, path = "/provisioning/snapshot-droplet", operation_id = "snapshotDroplet", tag = "sagas", request_body = SnapshotRequestSchema,
    security(("id_token" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "Key that identifies the request for 7 days: 1 to 128 printable characters.")),
    responses(
        (status = 202, description = "The saga is started.", body = SagaView, headers(("location" = String, description = "Path of the saga."))),
        (status = 200, description = "A saga with this idempotency key already exists; its current state.", body = SagaView),
        ChangeResponses
    )
)]
pub(in crate::routes) async fn snapshot_droplet(
    admin: Admin,
    key: IdempotencyKey,
    State(state): State<AppState>,
    Extension(request): Extension<RequestId>,
    Body(body): Body<TemplateRequest>,
) -> Result<StartResponse, ApiProblem> {
    start_from_template(&admin, &state, &request, key, body.of("snapshot-droplet")).await
}

/// Creates, updates or deletes a DNS record, so that the name has the requested data or no data.
///
/// The request starts a saga of the type `ensure-dns` or `remove-dns`. Only platform admins may
/// call this operation.
#[utoipa::path(
    post, path = "/provisioning/dns", operation_id = "provisionDns", tag = "sagas", request_body = DnsRequestSchema, security(("id_token" = [])),
    params(("idempotency-key" = Option<String>, Header, description = "Key that identifies the request for 7 days: 1 to 128 printable characters.")),
    responses(
        (status = 202, description = "The saga is started.", body = SagaView, headers(("location" = String, description = "Path of the saga."))),
        (status = 200, description = "A saga with this idempotency key already exists; its current state.", body = SagaView),
        ChangeResponses
    )
)]
pub(in crate::routes) async fn dns(
    admin: Admin,
    key: IdempotencyKey,
    State(state): State<AppState>,
    Extension(request): Extension<RequestId>,
    Body(DnsRequest { ensure, request: body }): Body<DnsRequest>,
) -> Result<StartResponse, ApiProblem> {
    let template = match ensure {
        Ensure::Present => "ensure-dns",
        Ensure::Absent => "remove-dns",
    };
    start_from_template(&admin, &state, &request, key, body.of(template)).await
}

async fn start_from_template(
    admin: &Admin,
    state: &AppState,
    request: &RequestId,
    key: IdempotencyKey,
    body: SagaRequest,
) -> Result<StartResponse, ApiProblem> {
    // The inputs are the body's own fields here, so the pointers leave `inputs` out.
    let own =
        |ValidationError { pointer, detail }| ValidationError { pointer: pointer.replacen("#/inputs", "#", 1), detail };
    let checked = body.validate(state.now());
    let checked = checked.map_err(|errors| ApiProblem::unprocessable(errors.into_iter().map(own).collect()))?;
    start_validated(admin, state, request, key, checked).await
}
