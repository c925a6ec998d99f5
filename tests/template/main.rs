//! What must hold of the deployed template: it is made from `infra/template`, and it deploys
//! what the code knows.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it cannot go on, helpers included")]

mod api;
mod code;
mod deployed;
mod generated;
mod roles;
mod sagas;
mod stack;
mod workers;
