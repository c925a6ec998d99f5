//! Records as items and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::keys::{self, Key};

/// An item as the SDK has it.
pub(crate) type ItemMap = HashMap<String, AttributeValue>;

/// A text attribute.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub(crate) fn number<N: Into<i128>>(value: N) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// Any value as an attribute.
pub(crate) fn attribute<T: Serialize>(record: &'static str, value: &T) -> Result<AttributeValue, Error> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(value).map_err(|source| Error::Unwritable { record, source })
}

/// A record as an item at `key`, without index entries.
pub(crate) fn to_item<T: Serialize>(record: &'static str, value: &T, key: &Key) -> Result<ItemMap, Error> {
    let mut item: ItemMap =
        serde_dynamo::aws_sdk_dynamodb_1::to_item(value).map_err(|source| Error::Unwritable { record, source })?;
    put_key(&mut item, [keys::PK, keys::SK], key);
    Ok(item)
}

/// Adds a key's two attributes to an item.
pub(crate) fn put_key(item: &mut ItemMap, [pk, sk]: [&str; 2], key: &Key) {
    item.insert(pk.to_owned(), text(&key.pk));
    item.insert(sk.to_owned(), text(&key.sk));
}

/// An item as the record it should be. Keys and whatever a later version added are passed over.
pub(crate) fn from_item<T: DeserializeOwned>(record: &'static str, item: ItemMap) -> Result<T, Error> {
    let key = shown_key(&item);
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(|source| Error::Malformed { key, record, source })
}

/// The text of an item's attribute.
pub(crate) fn text_of<'a>(item: &'a ItemMap, attribute: &str) -> Option<&'a str> {
    item.get(attribute)?.as_s().ok().map(String::as_str)
}

fn shown_key(item: &ItemMap) -> String {
    format!("{} / {}", text_of(item, keys::PK).unwrap_or("?"), text_of(item, keys::SK).unwrap_or("?"))
}
