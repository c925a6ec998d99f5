//! The responses that routes have in common, as the OpenAPI document describes them.

use std::collections::BTreeMap;

use http::{HeaderName, header};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::problem::{CONTENT_TYPE, ProblemDetails};

/// The path prefix of all routes.
pub const ROOT: &str = "/api/v1";

/// The header `Location` of a response: where the item is, below [`ROOT`].
#[must_use]
pub fn location(path: &str) -> [(HeaderName, String); 1] {
    [(header::LOCATION, format!("{ROOT}{path}"))]
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
