//! The steps of sagas. A new step is one file with a [`StepKind`](crate::step::StepKind) and one
//! line in [`STEPS`].

mod create_droplet_snapshot;
mod delete_dns_record;
mod dns_inputs;
mod dns_preview;
mod fail;
mod gate;
mod record_step;
mod upsert_dns_record;
mod wait;

use crate::step::Steps;

/// All steps of the current build.
pub const STEPS: Steps = Steps(&[
    &upsert_dns_record::UPSERT_DNS_RECORD,
    &delete_dns_record::DELETE_DNS_RECORD,
    &create_droplet_snapshot::CREATE_DROPLET_SNAPSHOT,
    &fail::FAIL,
    &gate::GATE,
    &wait::WAIT,
]);
