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

/// The problems that routes respond with, by status.
const PROBLEMS: [(&str, &str); 10] = [
    ("400", "A parameter is unknown, repeated or invalid, or the body is not JSON; see `errors`."),
    ("401", "The ID token is missing or invalid. API Gateway's own response has another body."),
    ("403", "The token contains neither the admin group nor a tenant, or the operation is only for platform admins."),
    ("404", "The item does not exist or is not visible to the caller."),
    ("409", "The request conflicts with the current state; see `type`."),
    ("413", "The body is larger than 16 KiB."),
    ("415", "The content type of the body is not JSON."),
    ("422", "The body is JSON but has missing, unknown or invalid fields; see `errors`."),
    ("500", "Internal server error."),
    ("503", "A required service did not respond in time; see the header Retry-After."),
];

macro_rules! problem_responses {
    ($(#[$doc:meta])* $name:ident: without $left_out:expr) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                let left_out: &[&str] = &$left_out;
                let problems = PROBLEMS.iter().filter(|(status, _)| !left_out.contains(status));
                problems.map(|(status, description)| ((*status).to_owned(), problem(description))).collect()
            }
        }
    };
}

problem_responses!(
    /// Problems of a route that takes parameters and reads the table.
    ListResponses: without ["404", "409", "413", "415", "422"]
);
problem_responses!(
    /// Problems of a route that names a single item.
    ItemResponses: without ["409", "413", "415", "422"]
);
problem_responses!(
    /// Problems of a route that acts on a single item and takes no body.
    ActionResponses: without ["413", "415", "422"]
);
problem_responses!(
    /// Problems of a route that creates an item from a body.
    CreationResponses: without ["404"]
);
problem_responses!(
    /// Problems of a route that takes a body and names an item in it or in the path.
    ChangeResponses: without []
);

fn problem(description: &str) -> RefOr<Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemDetails::name()))).build();
    ResponseBuilder::new().description(description).content(CONTENT_TYPE, content).build().into()
}
