//! An invocation of the function.

use std::sync::atomic::{AtomicBool, Ordering};

use lambda_runtime::Context;

use crate::Deadline;

/// True until the first invocation of the process begins.
static COLD: AtomicBool = AtomicBool::new(true);

/// An invocation of the function.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The request id that Lambda gave the invocation.
    pub request_id: String,
    /// The time at which Lambda ends the invocation.
    pub deadline: Deadline,
    /// True for the first invocation of the process.
    pub cold_start: bool,
}

impl Invocation {
    /// Creates the invocation from Lambda's context. Call it once, at the very beginning of the
    /// invocation.
    #[must_use]
    pub fn from_context(context: &Context) -> Self {
        Self {
            request_id: context.request_id.clone(),
            deadline: Deadline::from_context(context),
            cold_start: COLD.swap(false, Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_invocation_is_cold() {
        let context = Context::default();
        assert!(Invocation::from_context(&context).cold_start);
        assert!(!Invocation::from_context(&context).cold_start);
    }
}
