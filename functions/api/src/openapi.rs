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

/// The document without its paths.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Arcadia Cloud",
        description = "The inventory of the DigitalOcean accounts of a hosting company. A platform admin sees everything, a tenant what is its own. Conventions: docs/api.md.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemDetails, ValidationError)),
    modifiers(&Conventions),
    tags(
        (name = "service", description = "The service itself."),
        (name = "accounts", description = "The accounts that are mirrored."),
        (name = "inventory", description = "What is in them."),
        (name = "billing", description = "What is owed, what was billed, and whose each cent of it is."),
        (name = "sync", description = "How the mirror does."),
        (name = "sagas", description = "Provisioning: changes that end done, or undone.")
    )
)]
pub(crate) struct Base;

/// What the derive cannot say.
struct Conventions;

impl Modify for Conventions {
    fn modify(&self, document: &mut Document) {
        document.info.version = VERSION.to_owned();
        let mut bearer = Http::new(HttpAuthScheme::Bearer);
        bearer.bearer_format = Some("JWT".to_owned());
        bearer.description = Some(
            "An OIDC ID token, of the stack's own Cognito pool unless it is deployed with another issuer.".to_owned(),
        );
        let components = document.components.get_or_insert_default();
        components.security_schemes.insert("id_token".to_owned(), SecurityScheme::Http(bearer).into());
    }
}

/// The whole document.
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

/// The whole document, as it is served and as `infra/openapi.json` holds it.
#[must_use]
pub fn document_text() -> String {
    // A document of texts always serialises.
    let mut text = document().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.patch, &mut item.put, &mut item.delete].into_iter().flatten()
}

/// Every answer carries its request's id.
fn add_request_id(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            response.headers.insert("x-request-id".to_owned(), header("The request's id, as in the log.").into());
        }
    }
}

/// Every list is CSV as well.
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
            ("link", "With CSV: the next page, as `<...>; rel=\"next\"`; absent at the end."),
            (X_AS_OF, "With CSV: what is `as_of` in JSON."),
            (X_COMPLETE, "With CSV: what is `complete` in JSON."),
        ];
        response.headers.extend(headers.map(|(name, description)| (name.to_owned(), header(description).into())));
    }
}

/// Whether a schema is that of rows with what is known of their freshness.
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
    /// What every route may answer that reads the table.
    ServerErrorResponses: "500" "A fault of ours.", "503" "Something we need did not answer in time; see Retry-After."
);
problem_responses!(
    /// What every route may answer that wants to know who calls.
    AuthResponses: "401" "No token, or one that does not hold; API Gateway's own has another body.",
    "403" "The token names neither the admin group nor a tenant, or a tenant asked for what is the admins'."
);
problem_responses!(
    /// What every route may answer that takes parameters.
    InvalidParametersResponse: "400" "A parameter is unknown, repeated or not valid, or the body is not JSON; see errors."
);
problem_responses!(
    /// What every route may answer that takes a body.
    InvalidBodyResponse: "413" "The body is too large.", "415" "The body is not declared to be JSON.",
    "422" "The body is JSON but not what is expected; see errors."
);
problem_responses!(
    /// What every route may answer that names something.
    NotFoundResponse: "404" "There is no such thing, or it is not the caller's to see."
);
problem_responses!(
    /// What every route may answer that changes something.
    ConflictResponse: "409" "What is there stands against what was asked; see type."
);
