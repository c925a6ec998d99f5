//! The language of the repository: one name for one thing, terms of the field, sentences that say
//! something.
//!
//! `docs/glossary.md` has the terms, `docs/retired-terms.txt` those that must not come back,
//! `CONTRIBUTING.md` the rules.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod comments;
mod homonyms;
mod openapi;
mod retired_terms;
mod sources;
