//! The steps of sagas. A new step is one file with a [`StepKind`] and one line in [`STEPS`].
//!
//! A step is pure. It names what to read, and decides on the observations and on the outcomes of
//! its own writes ([`StepState`](crate::record::StepState)). The engine does everything else: it
//! stores every intent before its write, finds out what became of a write whose response was lost,
//! and starts no other write of the saga before that.
//!
//! A list may be older than the last write. So a step trusts the responses to its own writes more
//! than a list: both for what exists and for what does not.

mod create_droplet_snapshot;
mod decision;
mod delete_dns_record;
mod dns_inputs;
mod dns_preview;
mod fail;
mod fields;
mod gate;
mod kind;
mod preview;
mod upsert_dns_record;
mod wait;

use crate::record::StepSpec;
use kind::Typed;

pub use decision::{Recovered, StepCompletion, StepDecision};
pub use fields::{InputFieldError, InputFields};
pub use kind::{Step, StepContext, StepKind};
pub use preview::{PlannedChange, PlannedEffect, Preview, Prices, SiblingTtl, Undo};

/// All steps of the current build.
pub const STEPS: Steps = Steps(&[
    &Typed::<upsert_dns_record::UpsertDnsRecord>::STEP,
    &Typed::<delete_dns_record::DeleteDnsRecord>::STEP,
    &Typed::<create_droplet_snapshot::CreateDropletSnapshot>::STEP,
    &Typed::<fail::Fail>::STEP,
    &Typed::<gate::ApprovalGate>::STEP,
    &Typed::<wait::Wait>::STEP,
]);

/// The steps that a build has.
#[derive(Clone, Copy)]
pub struct Steps(pub &'static [&'static dyn Step]);

impl std::fmt::Debug for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|step| step.name())).finish()
    }
}

impl Steps {
    /// Returns the step of this name, in the version that this build has.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'static dyn Step> {
        self.0.iter().copied().find(|step| step.name() == name)
    }

    /// Returns the step of a specification; `None` if this build does not have it in that version.
    #[must_use]
    pub fn of(&self, spec: &StepSpec) -> Option<&'static dyn Step> {
        self.named(&spec.step).filter(|step| step.version() == spec.version)
    }
}
