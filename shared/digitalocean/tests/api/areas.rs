//! Every list of the client and every read of one resource, as one table: what is requested, and
//! what is read from the fewest fields and from DigitalOcean's own examples.

use chrono::{DateTime, Utc};
use digitalocean::{Client, Error, ListItem, Pages};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::{Value, json};

use crate::area_rows::rows;
use crate::official;
use crate::server::{ok, serve};

/// A list and the read of one of its items.
pub(crate) struct Row {
    /// Name of the list, which a failure names.
    pub(crate) list: &'static str,
    pub(crate) read_list: fn(&Client) -> BoxFuture<'_, Result<Value, Error>>,
    /// Path and query that the list requests.
    pub(crate) requested: &'static str,
    /// Key of the list in the response.
    pub(crate) list_key: &'static str,
    /// An item with missing fields, nulls and unknown values.
    pub(crate) given: Value,
    /// Fields that are read from it.
    pub(crate) read: Value,
    /// `None` if DigitalOcean has no call for one item.
    pub(crate) one: Option<One>,
    /// Path of the list in DigitalOcean's OpenAPI document if that has an example of it.
    pub(crate) documented: Option<&'static str>,
}

/// The read of one item by its id.
pub(crate) struct One {
    pub(crate) read: fn(&Client) -> BoxFuture<'_, Result<Value, Error>>,
    pub(crate) requested: &'static str,
    pub(crate) key: &'static str,
}

/// Reads a list as JSON.
pub(crate) fn list<T: ListItem + Serialize>(pages: Pages<T>) -> BoxFuture<'static, Result<Value, Error>> {
    async move { Ok(serde_json::to_value(pages.collect_all().await?.items).unwrap()) }.boxed()
}

/// Reads one item as JSON.
pub(crate) async fn one<T: Serialize>(item: impl Future<Output = Result<T, Error>>) -> Result<Value, Error> {
    Ok(serde_json::to_value(item.await?).unwrap())
}

/// Reads from a server that responds with `body`; returns the requested path with its query and the
/// result.
async fn read_from(
    body: &Value,
    read: fn(&Client) -> BoxFuture<'_, Result<Value, Error>>,
    row: &str,
) -> (String, Value) {
    let (server, client) = serve(ok(body)).await;
    let result =
        read(&client).await.unwrap_or_else(|error| panic!("{row}: {error} ({:?})", std::error::Error::source(&error)));
    let url = server.received_requests().await.unwrap()[0].url.clone();
    (url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path())), result)
}

/// Returns the path of the first field in which the value that was read differs from the given one.
/// A field that was not given is null, empty or false; an amount or an id may be read as text.
fn difference(read: &Value, given: &Value) -> Option<String> {
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
    let same = match (read, given) {
        (Value::Object(read), given) => {
            return read
                .iter()
                .find_map(|(field, value)| difference(value, &given[field]).map(|rest| format!("/{field}{rest}")));
        }
        (Value::Array(read), Value::Array(given)) if read.len() == given.len() => {
            let mut items = read.iter().zip(given).enumerate();
            return items
                .find_map(|(index, (read, given))| difference(read, given).map(|rest| format!("/{index}{rest}")));
        }
        (Value::Null | Value::Bool(false), Value::Null) => true,
        (Value::Array(read), Value::Null) => read.is_empty(),
        (Value::String(read), Value::Null) => read.is_empty(),
        (Value::String(read), Value::Number(given)) => read.parse::<f64>().ok() == given.as_f64(),
        (read, given) => read == given || (time(read).is_some() && time(read) == time(given)),
    };
    (!same).then(|| format!(" is {read}, given as {given}"))
}

#[tokio::test]
async fn each_list_requests_its_path_and_reads_the_fewest_fields() {
    for Row { list, read_list, requested, list_key, given, read, .. } in rows() {
        let (path, items) = read_from(&json!({ list_key: [given], "meta": { "total": 1 } }), read_list, list).await;
        assert_eq!(path, requested, "{list}");
        for (field, value) in read.as_object().unwrap() {
            assert_eq!(items[0][field], *value, "{list}: {field} of {items}");
        }
    }
}

#[tokio::test]
async fn each_item_is_requested_by_its_id_and_read_as_in_the_list() {
    for Row { list, read_list, list_key, given, one, .. } in rows() {
        let Some(One { read, requested, key }) = one else { continue };
        let (_, items) = read_from(&json!({ list_key: [given], "meta": { "total": 1 } }), read_list, list).await;
        let (path, item) = read_from(&json!({ key: given }), read, list).await;
        assert_eq!(path, requested, "{list}");
        assert_eq!(item, items[0], "{list}");
    }
}

#[tokio::test]
async fn the_official_examples_are_decoded_field_by_field() {
    let Some(spec) = official::document() else { return };
    for Row { list, read_list, list_key, documented, .. } in rows() {
        let Some(path) = documented else { continue };
        let examples = official::examples(&spec, path);
        assert!(!examples.is_empty(), "{list}: no example of {path}");
        for mut example in examples {
            // An example may be one page of several, or repeat an item; it is made a whole list.
            let mut given: Vec<Value> = Vec::new();
            for item in example[list_key].as_array().unwrap() {
                if !given.iter().any(|earlier| !item["id"].is_null() && earlier["id"] == item["id"]) {
                    given.push(item.clone());
                }
            }
            example = json!({ list_key: given, "meta": { "total": given.len() } });
            let (_, items) = read_from(&example, read_list, list).await;
            let difference = difference(&items, &example[list_key]);
            assert_eq!(difference, None, "{list}");
        }
    }
}
