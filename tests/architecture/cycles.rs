//! The cycles of a graph of imports, and how they are told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::resolution::Imports;

/// The cycles of the files of a crate, one text each.
pub(crate) fn between_files(imports: &Imports) -> Vec<String> {
    cycles(imports).iter().map(|files| told("files", files, imports)).collect()
}

/// The cycles of the rooms of each folder of a crate, one text each.
///
/// A room is a file of the folder, or a folder of it with all that is below; `name.rs` belongs to
/// the folder `name`. A `mod.rs` is a room of its folder.
pub(crate) fn between_folders(imports: &Imports) -> Vec<String> {
    let folders: BTreeSet<&str> = imports.keys().flat_map(|file| ancestors(file)).collect();
    let mut found = Vec::new();
    for folder in folders {
        let mut rooms = Imports::new();
        for (from, targets) in imports {
            let Some(from) = room(folder, from) else { continue };
            for (to, names) in targets {
                match room(folder, to) {
                    Some(to) if to != from => {
                        rooms.entry(from.clone()).or_default().entry(to).or_default().extend(names.iter().cloned());
                    }
                    _ => {}
                }
            }
        }
        found.extend(cycles(&rooms).iter().map(|members| told(&format!("rooms of {folder}/"), members, &rooms)));
    }
    found
}

/// The folders above a file, the sources' own (an empty text) among them.
fn ancestors(file: &str) -> Vec<&str> {
    let ends = file.match_indices('/').map(|(at, _)| &file[..at]);
    std::iter::once("").chain(ends).collect()
}

/// The room of a folder in which a file stands; `None` if it stands elsewhere.
fn room(folder: &str, file: &str) -> Option<String> {
    let below = if folder.is_empty() { file } else { file.strip_prefix(folder)?.strip_prefix('/')? };
    let (name, _) = below.split_once('/').unwrap_or((below.trim_end_matches(".rs"), ""));
    Some(name.to_owned())
}

/// Groups of nodes that reach each other (strongly connected components of two nodes or more).
fn cycles(graph: &Imports) -> Vec<Vec<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        graph.keys().map(|node| (node, reachable(graph, node))).collect();
    let mut found: Vec<Vec<String>> = Vec::new();
    for (node, others) in &reached {
        let mut members: Vec<String> = others
            .iter()
            .filter(|other| reached.get(**other).is_some_and(|back| back.contains(node)))
            .map(|other| (*other).clone())
            .collect();
        members.sort();
        if members.len() > 1 && !found.contains(&members) {
            found.push(members);
        }
    }
    found
}

fn reachable<'a>(graph: &'a Imports, from: &'a String) -> BTreeSet<&'a String> {
    let mut found = BTreeSet::new();
    let mut next = vec![from];
    while let Some(node) = next.pop() {
        for to in graph.get(node).into_iter().flat_map(BTreeMap::keys) {
            if found.insert(to) {
                next.push(to);
            }
        }
    }
    found
}

fn told(what: &str, members: &[String], graph: &Imports) -> String {
    let mut text = format!("{} {what} import each other:", members.len());
    for from in members {
        for (to, names) in graph.get(from).into_iter().flatten().filter(|(to, _)| members.contains(to)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            write!(text, "\n    {from} -> {to}: {}", names.join(", ")).unwrap();
        }
    }
    text
}
