//! The declaration of an area of the API: its operations with method, path, scope and result.

/// Declares an area: the type that [`Client`](crate::Client) returns for it, and its operations.
///
/// ```text
/// area! {
///     /// The API calls for tags.
///     tags: Tags;
///
///     /// Lists the tags.
///     list() -> [Tag] = GET "/v2/tags", "tag:read", "tags";
///
///     /// Reads one tag.
///     get(name: &str) -> Tag = GET "/v2/tags/{name}", "tag:read", "tag";
/// }
/// ```
///
/// Behind `=` are the method, the path, the token scope, and the key of the result in the response.
/// The parameters fill the braces of the path in their order; one behind `;` is the JSON body.
///
/// The result `[Tag]` is a list, with the settings of [`Pages`](crate::Pages) behind it:
/// `[Tag, unpaged()]`. `Tag` is one object, which without a key is the whole response. `()` is no
/// result. Method, path, scope and errors are added to the documentation of each operation.
macro_rules! area {
    (
        $(#[$area_doc:meta])*
        $accessor:ident: $Area:ident;
        $(
            $(#[$doc:meta])*
            $name:ident($($parameter:ident: $type:ty),* $(; $body:ident: $Body:ty)?) -> $result:tt
                = $method:ident $path:literal, $scope:literal $(, $key:literal)?;
        )*
    ) => {
        $(#[$area_doc])*
        #[doc = concat!("They are called through [`Client::", stringify!($accessor), "`](crate::Client::",
            stringify!($accessor), ").")]
        #[derive(Clone, Copy, Debug)]
        pub struct $Area<'a> {
            client: &'a crate::Client,
        }

        impl crate::Client {
            #[doc = concat!("Returns the API calls of [`", stringify!($Area), "`].")]
            #[must_use]
            pub fn $accessor(&self) -> $Area<'_> {
                $Area { client: self }
            }
        }

        impl $Area<'_> {
            $(
                crate::area::operation! {
                    $(#[$doc])*
                    #[doc = ""]
                    #[doc = concat!("`", stringify!($method), " ", $path, "`, scope `", $scope, "`.")]
                    $name($($parameter: $type),* $(; $body: $Body)?) -> $result
                        = $method $path, $scope $(, $key)?;
                }
            )*
        }
    };
}

/// Declares one operation of an area.
macro_rules! operation {
    (
        $(#[$doc:meta])*
        $name:ident($($parameter:ident: $type:ty),*) -> [$Item:ident $(, $setting:ident($($value:expr),*))*]
            = $method:ident $path:literal, $scope:literal, $key:literal;
    ) => {
        $(#[$doc])*
        pub fn $name(&self, $($parameter: $type),*) -> crate::Pages<$Item> {
            let request = crate::area::request!(self, $method, $path, $scope, $($parameter),*);
            crate::Pages::new(self.client, request, $key)$(.$setting($($value),*))*
        }
    };
    (
        $(#[$doc:meta])*
        $name:ident($($parameter:ident: $type:ty),* $(; $body:ident: $Body:ty)?) -> $result:tt
            = $method:ident $path:literal, $scope:literal $(, $key:literal)?;
    ) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// [`Error::NotFound`](crate::Error::NotFound) when there is no such resource; any
        /// [`Error`](crate::Error) of a call.
        pub async fn $name(&self, $($parameter: $type,)* $($body: $Body)?) -> Result<$result, crate::Error> {
            let request = crate::area::request!(self, $method, $path, $scope, $($parameter),*)?;
            $(let request = request.with_body($body)?;)?
            Ok(self.client.execute(&request, crate::area::read_result!($result $($key)?)).await?.value)
        }
    };
}

/// Prepares a request of an area, from an operation that is only declared here.
macro_rules! request {
    ($area:ident, $method:ident, $path:literal, $scope:literal, $($parameter:ident),*) => {{
        static OPERATION: crate::operation::Operation =
            crate::operation::Operation::new(http::Method::$method, $path, $scope);
        crate::request::PreparedRequest::new($area.client.base_url(), &OPERATION, &[$(&$parameter.to_string()),*])
    }};
}

/// Chooses how the body of a response is read, by the result and its key.
macro_rules! read_result {
    (()) => {
        crate::envelope::read_no_content
    };
    ($Result:ident) => {
        crate::envelope::read_unwrapped::<$Result>
    };
    ($Result:ident $key:literal) => {
        |body| crate::envelope::read_one::<$Result>(body, $key)
    };
}

pub(crate) use {area, operation, read_result, request};
