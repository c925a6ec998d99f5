//! The only place where the record of a resource changes: pure decisions on the current record and
//! the observed facts.
//!
//! Each function takes the current record, whatever it was when the sweep was planned, and returns
//! the write, or `None` if there is nothing to write. Deciding again after a lost race, a crash or
//! a duplicate message therefore leads to the same result.

mod observed;
mod placement;

pub use observed::{
    ObservationContext, SAME_RESOURCE_WITHIN, UpsertDecision, UpsertEffect, gone, missed, partial_update, seen,
    still_there,
};
pub use placement::{Claim, Placement, PlacementStart, claimed, placed};
