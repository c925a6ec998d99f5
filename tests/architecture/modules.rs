//! The modules of a crate, each with its file, what it defines and what it names.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::Item;

use crate::names::{self, Use};

/// Names of modules from the root of the crate downwards; empty for the root.
pub(crate) type ModulePath = Vec<String>;

/// A module of the crate.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Path of its file, relative to the sources of the crate.
    pub(crate) file: String,
    /// Names of the items that it defines itself.
    pub(crate) defines: BTreeSet<String>,
    /// What its `use` declarations name.
    pub(crate) uses: Vec<Use>,
    /// Paths of two segments or more in its code.
    pub(crate) paths: Vec<Vec<String>>,
}

/// All modules of a crate that are compiled into the product.
#[derive(Debug, Default)]
pub(crate) struct Modules(pub(crate) BTreeMap<ModulePath, Module>);

impl Modules {
    /// Reads the sources of a crate, by path relative to its `src`.
    ///
    /// A file belongs to the module that its path says, so that modules which a macro declares are
    /// found as well; `#[path]` is read, since the files of tests use it.
    pub(crate) fn read(sources: &BTreeMap<String, String>) -> Self {
        let parsed: Vec<(&String, ModulePath, syn::File)> = sources
            .iter()
            .map(|(file, text)| {
                let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
                (file, module_of(file), parsed)
            })
            .collect();
        let mut test_only = BTreeSet::new();
        for (file, module, parsed) in &parsed {
            for item in &parsed.items {
                let Item::Mod(declared) = item else { continue };
                if declared.content.is_none() && names::is_test_only(&declared.attrs) {
                    test_only.insert(declared_file(file, module, declared));
                }
            }
        }
        let mut modules = Self::default();
        for (file, module, parsed) in parsed {
            let is_test = test_only.iter().any(|test| match test {
                DeclaredFile::At(path) => path == file,
                DeclaredFile::Module(path) => module.starts_with(path),
            });
            // A program beside its library imports it by the library's name, like any other crate.
            let is_second_root = file == "main.rs" && sources.contains_key("lib.rs");
            if !is_test && !is_second_root {
                modules.add(module, file, &parsed.items);
            }
        }
        modules
    }

    fn add(&mut self, path: ModulePath, file: &str, items: &[Item]) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items.iter().filter(|item| !names::is_test_only(names::attributes(item))) {
            module.defines.extend(names::defined(item));
            match item {
                Item::Use(item) => module.uses.extend(names::uses(item)),
                Item::Mod(inner) => {
                    if let Some((_, items)) = &inner.content {
                        let path = [path.as_slice(), &[inner.ident.to_string()]].concat();
                        self.add(path, file, items);
                    }
                }
                other => names::paths(other.to_token_stream(), &mut module.paths),
            }
        }
        self.0.insert(path, module);
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum DeclaredFile {
    At(String),
    Module(ModulePath),
}

/// Where the source of a module that is declared without its content lies.
fn declared_file(file: &str, parent: &[String], declared: &syn::ItemMod) -> DeclaredFile {
    let path = declared.attrs.iter().find(|attribute| attribute.path().is_ident("path")).and_then(|attribute| {
        let syn::Meta::NameValue(value) = &attribute.meta else { return None };
        Some(value.value.to_token_stream().to_string().trim_matches('"').to_owned())
    });
    match path {
        Some(path) => DeclaredFile::At(match file.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{path}"),
            None => path,
        }),
        None => DeclaredFile::Module([parent, &[declared.ident.to_string()]].concat()),
    }
}

/// The module that a file holds by its path.
fn module_of(file: &str) -> ModulePath {
    let mut path: ModulePath = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    let is_root = path.len() == 1 && matches!(path[0].as_str(), "lib" | "main");
    if is_root || path.last().is_some_and(|last| last == "mod") {
        path.pop();
    }
    path
}
