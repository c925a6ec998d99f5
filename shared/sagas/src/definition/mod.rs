//! How a definition is made from a request: saga templates and validation.
//!
//! A value among the inputs may refer to an output of an earlier step:
//! `{ "$ref": "#/steps/0/outputs/snapshot_name" }`. Nothing else in the inputs is evaluated. So a
//! definition is plain data, and a saga in progress needs nothing from a build but its steps.

mod templates;
mod validate;

pub use templates::{CUSTOM, SAGA_TEMPLATES, SagaTemplate};
pub use validate::{InputError, StepRequest, validate};
