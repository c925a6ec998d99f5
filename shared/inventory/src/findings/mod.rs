//! Findings: resources that cost money without being used, and resources that lack a protection
//! they should have.
//!
//! A rule is a pure function of one resource, so that the resources of an account need not be in
//! memory at once. The facts that it needs about other resources of the account are in the
//! [`RuleContext`]. Data that could not be read is never treated as absent: a rule is evaluated
//! only if every kind that it depends on was listed completely ([`coverage`]); otherwise the
//! response names the rule and the kind. The [`Evaluation`] reads the resources and runs the rules.

mod certificates;
mod context;
pub mod coverage;
mod droplets;
mod evaluation;
mod finding;
mod networking;
mod rule;
mod rules;
mod storage;

pub use context::RuleContext;
pub use coverage::{CoverageGap, CoverageGapReason};
pub use evaluation::{Evaluation, SkippedRule};
pub use finding::RuleFinding;
pub use rule::FindingRule;
pub use rules::RULES;
