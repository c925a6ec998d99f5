//! What all routes share between API Gateway's event and the response: nothing here knows a route,
//! the table or the state of the function.

pub mod caller;
pub mod columns;
pub mod cursor;
pub mod cursor_keys;
pub mod extract;
pub mod gateway;
pub mod observe;
pub mod page;
pub mod parameters;
pub mod problem;
pub mod representation;
pub mod responses;
pub mod text;
