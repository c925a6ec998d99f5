//! Small crates that show what counts as a cycle.

use std::collections::BTreeMap;

use libtest_mimic::{Failed, Trial};

use crate::check;

/// A crate, by its files, and what the finding must name; nothing if there is no cycle.
struct Sample {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    names: &'static [&'static str],
}

const SAMPLES: [Sample; 8] = [
    Sample {
        name: "two_files_that_import_each_other",
        files: &[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B; pub struct A(B);"),
            ("b.rs", "pub struct B; fn f() { let _: crate::a::A; }"),
        ],
        names: &["a.rs -> b.rs: B", "b.rs -> a.rs: A"],
    },
    Sample {
        name: "two_folders_without_a_cycle_of_files",
        files: &[
            ("lib.rs", "mod a; mod b;"),
            ("a/mod.rs", "mod x; mod y; pub use x::X; pub use y::Y;"),
            ("a/x.rs", "use crate::b::Z; pub struct X(Z);"),
            ("a/y.rs", "pub struct Y;"),
            ("b.rs", "use crate::a::Y; pub struct Z(Y);"),
        ],
        names: &["rooms of /", "a -> b: Z", "b -> a: Y"],
    },
    Sample {
        name: "a_parent_that_uses_a_child_that_uses_the_parent",
        files: &[
            ("lib.rs", "mod a;"),
            ("a/mod.rs", "mod x; use x::X; pub struct A(X);"),
            ("a/x.rs", "use super::A; pub struct X; fn f(_: A) {}"),
        ],
        names: &["a/mod.rs -> a/x.rs: X", "a/x.rs -> a/mod.rs: A"],
    },
    Sample {
        name: "an_import_within_a_macro_call_counts",
        files: &[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B; pub const A: u8 = 1; pub struct C(B);"),
            ("b.rs", "pub struct B; fn f() { println!(\"{}\", crate::a::A); }"),
        ],
        names: &["b.rs -> a.rs: A"],
    },
    Sample {
        name: "modules_that_a_macro_declares_count",
        files: &[
            ("lib.rs", "list! { a, b }"),
            ("a.rs", "use crate::B; pub struct A(B);"),
            ("b.rs", "use crate::a; pub struct B; fn f(_: a::A) {}"),
        ],
        names: &["a.rs -> b.rs: B", "b.rs -> a.rs: A"],
    },
    Sample {
        name: "a_module_that_hands_on_its_children_is_no_cycle",
        files: &[
            ("lib.rs", "mod a; pub use a::{X, Y};"),
            ("a/mod.rs", "mod x; mod y; pub use x::X; pub use y::*;"),
            ("a/x.rs", "use super::Y; pub struct X(Y);"),
            ("a/y.rs", "pub struct Y;"),
        ],
        names: &[],
    },
    Sample {
        name: "tests_may_import_what_they_test",
        files: &[
            ("lib.rs", "mod a; mod b; #[cfg(test)] mod fixtures;"),
            (
                "a.rs",
                "pub struct A; #[cfg(test)] mod tests { use crate::b::B; } #[cfg(test)] #[path = \"odd.rs\"] mod odd;",
            ),
            ("b.rs", "use crate::a::A; pub struct B(A);"),
            ("fixtures.rs", "use crate::a::A;"),
            ("odd.rs", "use crate::b::B; use super::*;"),
        ],
        names: &[],
    },
    Sample {
        name: "a_layer_may_import_each_below",
        files: &[
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "pub struct A;"),
            ("b.rs", "use std::fmt; use crate::a::A; pub struct B(A);"),
            ("c.rs", "use crate::{a::{self, A}, b}; pub struct C(A, a::A, b::B);"),
        ],
        names: &[],
    },
];

/// One test a sample.
pub(crate) fn trials() -> Vec<Trial> {
    SAMPLES.iter().map(|sample| Trial::test(format!("samples::{}", sample.name), || sample.check())).collect()
}

impl Sample {
    fn check(&self) -> Result<(), Failed> {
        let owned = |(file, text): &(&str, &str)| ((*file).to_owned(), (*text).to_owned());
        let sources: BTreeMap<String, String> = self.files.iter().map(owned).collect();
        let found = match check(&sources) {
            Ok(()) => String::new(),
            Err(failed) => failed.message().unwrap_or_default().to_owned(),
        };
        let missing: Vec<_> = self.names.iter().filter(|name| !found.contains(**name)).collect();
        if !missing.is_empty() || (self.names.is_empty() && !found.is_empty()) {
            return Err(format!("expected {missing:?}, found: {found:?}").into());
        }
        Ok(())
    }
}
