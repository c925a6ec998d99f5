//! The steps of sagas. A new step is one file with a [`StepKind`](crate::step::StepKind) and one
//! line in [`STEPS`].

mod create_droplet_snapshot;
mod delete_dns_record;
mod dns_inputs;
mod dns_preview;
mod fail;
mod gate;
mod upsert_dns_record;
mod wait;

use crate::step::{Steps, Typed};

/// All steps of the current build.
pub const STEPS: Steps = Steps(&[
    &Typed::<upsert_dns_record::UpsertDnsRecord>::STEP,
    &Typed::<delete_dns_record::DeleteDnsRecord>::STEP,
    &Typed::<create_droplet_snapshot::CreateDropletSnapshot>::STEP,
    &Typed::<fail::Fail>::STEP,
    &Typed::<gate::ApprovalGate>::STEP,
    &Typed::<wait::Wait>::STEP,
]);
