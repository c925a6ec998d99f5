//! Which file defines what another file names.

use std::collections::{BTreeMap, BTreeSet};

use crate::modules::{Module, ModulePath, Modules};
use crate::names::Use;

/// For each file, by path, the files that it imports, each with the names that it takes from there.
pub(crate) type Imports = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// What a path leads to: an item of a module, or a module itself.
enum Target {
    Item(ModulePath, String),
    Module(ModulePath),
}

/// The imports between the files of a crate.
pub(crate) fn imports(modules: &Modules) -> Imports {
    let mut found = Imports::new();
    for (path, module) in &modules.0 {
        let from = found.entry(module.file.clone()).or_default();
        let mut add = |target: Option<Target>| {
            if let Some(Target::Item(defining, name)) = target {
                let file = &modules.0[&defining].file;
                if *file != module.file {
                    from.entry(file.clone()).or_default().insert(name);
                }
            }
        };
        for declared in &module.uses {
            let Some(target) = modules.resolve(path, &declared.path, 0) else { continue };
            match target {
                // `pub use child::Name` hands a name on without using it.
                Target::Item(defining, _) | Target::Module(defining)
                    if declared.is_public && defining.starts_with(path) => {}
                // `use super::*` takes whatever the module has.
                Target::Module(defining) if declared.name.is_none() => {
                    add(Some(Target::Item(defining, "*".to_owned())));
                }
                other => add(Some(other)),
            }
        }
        for named in &module.paths {
            add(modules.resolve(path, named, 0));
        }
    }
    found
}

impl Modules {
    /// Where a path leads that is written in the module `from`; `None` if out of the crate.
    fn resolve(&self, from: &ModulePath, path: &[String], depth: usize) -> Option<Target> {
        // Two modules may hand on everything of each other.
        if depth > 8 {
            return None;
        }
        let module = self.0.get(from)?;
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.descend(ModulePath::new(), rest, depth),
            "self" => self.descend(from.clone(), rest, depth),
            "super" => {
                let (_, parent) = from.split_last()?;
                match rest.first().is_some_and(|next| next == "super") {
                    true => self.resolve(&parent.to_vec(), rest, depth),
                    false => self.descend(parent.to_vec(), rest, depth),
                }
            }
            name if self.child(from, name).is_some() => self.descend(from.clone(), path, depth),
            name => {
                let declared = module.uses.iter().find(|declared| declared.name.as_deref() == Some(name))?;
                // The name of an external crate that is imported under its own name.
                if declared.path.len() == 1 && declared.path[0] == name {
                    return None;
                }
                match self.resolve(from, &declared.path, depth + 1)? {
                    Target::Module(module) => self.descend(module, rest, depth + 1),
                    item @ Target::Item(..) => Some(item),
                }
            }
        }
    }

    /// Where the rest of a path leads from a module downwards.
    fn descend(&self, at: ModulePath, rest: &[String], depth: usize) -> Option<Target> {
        let Some((next, after)) = rest.split_first() else { return Some(Target::Module(at)) };
        if let Some(child) = self.child(&at, next) {
            return self.descend(child, after, depth);
        }
        let module = self.0.get(&at)?;
        if module.defines.contains(next) {
            return Some(Target::Item(at, next.clone()));
        }
        if let Some(target) = self.handed_on(&at, module, next, depth) {
            return match target {
                Target::Module(module) => self.descend(module, after, depth + 1),
                item @ Target::Item(..) => Some(item),
            };
        }
        // A macro defines it, here or in a module below.
        let below = self.0.iter().find(|(path, below)| path.starts_with(&at) && below.defines.contains(next));
        Some(Target::Item(below.map_or(at, |(path, _)| path.clone()), next.clone()))
    }

    fn handed_on(&self, at: &ModulePath, module: &Module, name: &str, depth: usize) -> Option<Target> {
        let named = |declared: &&Use| declared.name.as_deref() == Some(name);
        if let Some(declared) = module.uses.iter().find(named) {
            return self.resolve(at, &declared.path, depth + 1);
        }
        module.uses.iter().filter(|declared| declared.name.is_none() && declared.is_public).find_map(|glob| {
            let Target::Module(source) = self.resolve(at, &glob.path, depth + 1)? else { return None };
            self.0.get(&source)?.defines.contains(name).then(|| Target::Item(source, name.to_owned()))
        })
    }

    fn child(&self, of: &ModulePath, name: &str) -> Option<ModulePath> {
        let path = [of.as_slice(), &[name.to_owned()]].concat();
        self.0.contains_key(&path).then_some(path)
    }
}
