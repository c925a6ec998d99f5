//! The OpenAPI document, generated from the routes.

use std::collections::BTreeMap;

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, Header, HeaderBuilder, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder,
};
use utoipa::{IntoResponses, Modify, OpenApi, PartialSchema, ToSchema};

use crate::problem::{CONTENT_TYPE, ProblemDetails, ValidationError};
use crate::representation::{CSV, X_AS_OF, X_COMPLETE};
use crate::{VERSION, routes};

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
pub(crate) struct Base;

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

/// Builds the document from all routes.
#[must_use]
pub fn document() -> Document {
    let mut document = routes::documented_routes().into_openapi();
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

fn problems<const N: usize>(of: [(&str, &str); N]) -> BTreeMap<String, RefOr<Response>> {
    of.into_iter()
        .map(|(status, description)| {
            let schema = Ref::from_schema_name(ProblemDetails::name());
            let content = ContentBuilder::new().schema(Some(schema)).build();
            let response = ResponseBuilder::new().description(description).content(CONTENT_TYPE, content).build();
            (status.to_owned(), response.into())
        })
        .collect()
}

macro_rules! problem_responses {
    ($(#[$doc:meta])* $name:ident: $($status:literal $description:literal),+) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                problems([$(($status, $description)),+])
            }
        }
    };
}

problem_responses!(
    /// Responses of every route that reads the table.
    ServerErrorResponses: "500" "Internal server error.", "503" "A required service did not respond in time; see the header Retry-After."
);
problem_responses!(
    /// Responses of every route that requires a caller.
    AuthResponses: "401" "The ID token is missing or invalid. API Gateway's own response has another body.",
    "403" "The token contains neither the admin group nor a tenant, or the operation is only for platform admins."
);
problem_responses!(
    /// Responses of every route that takes parameters.
    InvalidParametersResponse: "400" "A parameter is unknown, repeated or invalid, or the body is not JSON; see `errors`."
);
problem_responses!(
    /// Responses of every route that takes a body.
    InvalidBodyResponse: "413" "The body is larger than 16 KiB.", "415" "The content type of the body is not JSON.",
    "422" "The body is JSON but has missing, unknown or invalid fields; see `errors`."
);
problem_responses!(
    /// Responses of every route that names a single item.
    NotFoundResponse: "404" "The item does not exist or is not visible to the caller."
);
problem_responses!(
    /// Responses of every route that changes something.
    ConflictResponse: "409" "The request conflicts with the current state; see `type`."
);
