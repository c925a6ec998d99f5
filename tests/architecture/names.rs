//! The names that a file takes from elsewhere: its `use` declarations and the paths in its code.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree, Visibility};

/// One name of a `use` declaration.
#[derive(Debug)]
pub(crate) struct Use {
    /// Segments as written, such as `crate`, `page`, `Page`; without the last of a glob.
    pub(crate) path: Vec<String>,
    /// Name by which the module knows it; `None` for a glob.
    pub(crate) name: Option<String>,
    /// Whether other modules may take the name from here.
    pub(crate) is_public: bool,
}

/// Whether the attributes leave an item out of the product.
pub(crate) fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && {
            let condition = attribute.meta.to_token_stream().to_string();
            condition.contains("test") && !condition.contains("not")
        }
    })
}

/// The attributes of an item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The name that an item defines.
pub(crate) fn defined(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// The names of a `use` declaration, one each.
pub(crate) fn uses(item: &syn::ItemUse) -> Vec<Use> {
    let mut found = Vec::new();
    let is_public = !matches!(item.vis, Visibility::Inherited);
    flatten(&item.tree, &mut Vec::new(), is_public, &mut found);
    found
}

fn flatten(tree: &UseTree, before: &mut Vec<String>, is_public: bool, found: &mut Vec<Use>) {
    let mut add = |last: Option<String>, name: Option<String>| {
        let mut path = before.clone();
        // `use a::{self}` is `use a`.
        path.extend(last.filter(|last| last != "self" || before.is_empty()));
        let name = name.map(|name| if name == "self" { path.last().unwrap().clone() } else { name });
        found.push(Use { path, name, is_public });
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, is_public, found);
            before.pop();
        }
        UseTree::Name(name) => add(Some(name.ident.to_string()), Some(name.ident.to_string())),
        UseTree::Rename(name) => add(Some(name.ident.to_string()), Some(name.rename.to_string())),
        UseTree::Glob(_) => add(None, None),
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, is_public, found);
            }
        }
    }
}

/// The paths of two segments or more in code, those inside of macro calls included.
pub(crate) fn paths(code: TokenStream, found: &mut Vec<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    let mut end = |path: &mut Vec<String>| {
        if path.len() > 1 {
            found.push(path.clone());
        }
        path.clear();
    };
    let mut inner = Vec::new();
    for token in code {
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    end(&mut path);
                }
                path.push(ident.to_string());
                colons = 0;
                continue;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                colons += 1;
                continue;
            }
            TokenTree::Group(group) => inner.push(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        end(&mut path);
        colons = 0;
    }
    end(&mut path);
    for code in inner {
        paths(code, found);
    }
}
