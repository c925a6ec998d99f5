//! The router of all routes, and the OpenAPI document that is generated from them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Header, HeaderBuilder, OpenApi as Document, Ref, RefOr};
use utoipa::{Modify, OpenApi, PartialSchema};
use utoipa_axum::router::OpenApiRouter;

use crate::http::observe::observe;
use crate::http::problem::{ApiProblem, ProblemDetails, ValidationError};
use crate::http::representation::{CSV, X_AS_OF, X_COMPLETE};
use crate::http::responses::ROOT;
use crate::routes::{self, ServedDocument};
use crate::{AppState, VERSION};

/// The document without its paths, which the routes add.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Arcadia Cloud",
        description = "Inventory, billing and provisioning for the DigitalOcean accounts of a hosting company. A platform admin sees everything; a tenant sees only its own projects and resources. The conventions are in docs/api.md.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemDetails, ValidationError)),
    modifiers(&Conventions),
    tags(
        (name = "service", description = "The state and the description of the service itself."),
        (name = "accounts", description = "DigitalOcean accounts that are mirrored."),
        (name = "inventory", description = "Resources, projects, events and findings in the accounts."),
        (name = "billing", description = "Balances, invoices, cost lines with their owners, and the accrual of the running month."),
        (name = "sync", description = "State and control of the workers that mirror DigitalOcean."),
        (name = "sagas", description = "Provisioning as sagas: changes that either complete or are rolled back.")
    )
)]
struct Base;

/// The parts of the document that the derive macro cannot express: version and security scheme.
struct Conventions;

impl Modify for Conventions {
    fn modify(&self, document: &mut Document) {
        document.info.version = VERSION.to_owned();
        let mut bearer = Http::new(HttpAuthScheme::Bearer);
        bearer.bearer_format = Some("JWT".to_owned());
        bearer.description = Some(
            "An OIDC ID token. The issuer is the stack's own Cognito user pool unless the deployment names another one.".to_owned(),
        );
        let components = document.components.get_or_insert_default();
        components.security_schemes.insert("id_token".to_owned(), SecurityScheme::Http(bearer).into());
    }
}

/// The document as it is served.
static SERVED: LazyLock<Bytes> = LazyLock::new(|| document_text().into());

/// The router of the API with its middleware.
pub fn router(state: AppState) -> Router {
    let (router, _) = documented_router().split_for_parts();
    router
        .fallback(async || ApiProblem::not_found())
        .method_not_allowed_fallback(async || ApiProblem::method_not_allowed())
        .layer(Extension(ServedDocument(&SERVED)))
        .layer(from_fn_with_state(state.config().claim_names.clone(), observe))
        .with_state(state)
}

fn documented_router() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Base::openapi()).nest(ROOT, routes::documented_routes())
}

/// Builds the document from all routes.
#[must_use]
pub fn document() -> Document {
    let mut document = documented_router().into_openapi();
    let schemas = document.components.as_ref().map(|components| components.schemas.clone()).unwrap_or_default();
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            add_csv(operation, &schemas);
            add_request_id(operation);
        }
    }
    document
}

/// The document as formatted JSON, as it is served and as `infra/openapi.json` contains it.
#[must_use]
pub fn document_text() -> String {
    // A document of plain text always serializes.
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.patch, &mut item.put, &mut item.delete].into_iter().flatten()
}

/// Adds the header `x-request-id`, which every response of the function has.
fn add_request_id(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            response.headers.insert("x-request-id".to_owned(), header("Request id, as in the log.").into());
        }
    }
}

/// Adds CSV as a media type to every response that is a list.
fn add_csv(operation: &mut Operation, schemas: &BTreeMap<String, RefOr<Schema>>) {
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        let mut contents = response.content.values();
        let is_list = |schema: &RefOr<Schema>| is_list(schema, schemas);
        if !contents.any(|content| matches!(content, RefOr::T(content) if content.schema.as_ref().is_some_and(is_list)))
        {
            continue;
        }
        let content = ContentBuilder::new().schema(Some(String::schema())).build();
        response.content.insert(CSV.to_owned(), content.into());
        let headers = [
            (
                "link",
                "Link to the next page, only with CSV: `<...>; rel=\"next\"`. The header is absent on the last page.",
            ),
            (X_AS_OF, "Value of the JSON field `as_of`, only with CSV."),
            (X_COMPLETE, "Value of the JSON field `complete`, only with CSV."),
        ];
        response.headers.extend(headers.map(|(name, description)| (name.to_owned(), header(description).into())));
    }
}

/// Returns whether a schema is a list: rows together with their freshness.
fn is_list(schema: &RefOr<Schema>, schemas: &BTreeMap<String, RefOr<Schema>>) -> bool {
    match schema {
        RefOr::Ref(Ref { ref_location, .. }) => {
            let named = ref_location.rsplit('/').next().and_then(|name| schemas.get(name));
            named.is_some_and(|named| is_list(named, schemas))
        }
        RefOr::T(Schema::Object(object)) => ["data", "as_of"].iter().all(|name| object.properties.contains_key(*name)),
        RefOr::T(Schema::AllOf(all_of)) => all_of.items.iter().any(|item| is_list(item, schemas)),
        RefOr::T(_) => false,
    }
}

fn header(description: &str) -> Header {
    HeaderBuilder::new().schema(Some(String::schema())).description(Some(description)).build()
}
