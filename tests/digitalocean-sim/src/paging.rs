//! Paging of lists (OpenAPI `schemas/pagination`, `schemas/meta`).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::call::{LinkStyle, Listing, Rows};
use crate::request::Request;
use crate::scopes::Token;

/// Returns one page of a list. `shift` moves pages after the first, as if objects had been removed
/// from the head of the list (positive) or inserted there (negative).
pub(crate) fn page(listing: &Listing, request: &Request, token: &Token, shift: i64) -> Value {
    let shown =
        |item: &Arc<Value>| listing.kind.map_or_else(|| Value::clone(item), |kind| kind.visible_to(item, token));
    if listing.links == LinkStyle::Unpaged {
        return json!({ listing.key: listing.items.iter().map(shown).collect::<Vec<_>>() });
    }
    let row = |index: usize| listing.items.get(index).map(shown).unwrap_or_default();
    Value::Object(cut(listing.key, listing.items.len(), row, listing.links, request, shift))
}

/// Returns one page of rows that are computed on demand.
pub(crate) fn page_of_rows(rows: Rows, request: &Request, shift: i64) -> Value {
    let mut body = cut(rows.key, rows.total, rows.row, LinkStyle::Usual, request, shift);
    body.extend(rows.extra);
    Value::Object(body)
}

fn cut(
    key: &str,
    rows: usize,
    row: impl Fn(usize) -> Value,
    style: LinkStyle,
    request: &Request,
    shift: i64,
) -> Map<String, Value> {
    let (page, size) = (request.query.page(), request.query.per_page());
    let shift = if page > 1 { shift } else { 0 };
    let total = moved(rows, -shift);
    let start = moved((page - 1).saturating_mul(size), shift);
    let items: Vec<_> = (start..rows).take(size).map(row).collect();
    let last = total.div_ceil(size).max(1);
    let mut body = Map::new();
    body.insert(key.to_owned(), Value::Array(items));
    if style == LinkStyle::Total {
        body.insert("total".to_owned(), json!(total));
        return body;
    }
    body.insert("links".to_owned(), links(style, request, page, last));
    body.insert("meta".to_owned(), json!({ "total": total }));
    body
}

fn moved(position: usize, by: i64) -> usize {
    let by_size = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
    if by < 0 { position.saturating_sub(by_size) } else { position.saturating_add(by_size) }
}

fn links(style: LinkStyle, request: &Request, page: usize, last: usize) -> Value {
    let mut pages = Map::new();
    let mut link = |name: &str, to: usize, there: bool| {
        if there {
            let url = format!("{}{}?{}", request.origin, request.path, request.query.with_page(to));
            pages.insert(name.to_owned(), Value::String(url));
        }
    };
    let always = style == LinkStyle::FirstAndLast;
    link("first", 1, always || page > 1);
    link("prev", page - 1, page > 1);
    link("next", page + 1, page < last);
    link("last", last, always || page < last);
    if pages.is_empty() { json!({}) } else { json!({ "pages": pages }) }
}
