//! Objects that more than one family of endpoints serves or makes.

pub(crate) mod backup;
pub(crate) mod record;
pub(crate) mod snapshot;
