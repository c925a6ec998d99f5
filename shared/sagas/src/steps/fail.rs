//! `fail`: fails always. It proves that a saga is undone.

use super::{At, Effect, Fields, Next, Preview, Prices, StepKind};
use crate::rim::Seen;

/// The step `fail`.
pub(super) struct Fail;

impl StepKind for Fail {
    // Inputs: none.
    type Inputs = ();
    type Stash = ();
    const NAME: &'static str = "fail";
    const INPUTS: &'static [&'static str] = &[];

    fn inputs(_: &mut Fields<'_>) -> Option<()> {
        Some(())
    }

    // Plan.
    fn preview(_: &At<'_, (), ()>, _: &Seen, _: &Prices) -> Preview {
        Preview::without_change(Effect::Fail, "fails, so that the steps before it are undone")
    }

    // Execute.

    fn forward(_: &At<'_, (), ()>, _: &Seen) -> Next {
        Next::Failed("it fails always".to_owned())
    }

    // Recover and compensate: it writes nothing.

    #[cfg(test)]
    fn examples() -> Vec<crate::testkit::Example> {
        vec![crate::testkit::Example::new("fails", serde_json::json!({}))]
    }
}
