//! The conversion of records into DynamoDB items and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::keys::{self, Key};

/// An item in the representation of the AWS SDK.
pub(crate) type ItemMap = HashMap<String, AttributeValue>;

/// Converts a text into an attribute of type `S`.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// Converts an integer into an attribute of type `N`.
pub(crate) fn number<N: Into<i128>>(value: N) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// Converts any serializable value into an attribute; `record` names the value in errors.
pub(crate) fn attribute<T: Serialize>(record: &'static str, value: &T) -> Result<AttributeValue, Error> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(value).map_err(|source| Error::Unwritable { record, source })
}

/// Converts a record into an item with the key `key`, without index entries.
pub(crate) fn to_item<T: Serialize>(record: &'static str, value: &T, key: &Key) -> Result<ItemMap, Error> {
    let mut item: ItemMap =
        serde_dynamo::aws_sdk_dynamodb_1::to_item(value).map_err(|source| Error::Unwritable { record, source })?;
    put_key(&mut item, [keys::PK, keys::SK], key);
    Ok(item)
}

/// Returns the two attributes of an item's key.
pub(crate) fn key_item(key: &Key) -> ItemMap {
    ItemMap::from([(keys::PK.to_owned(), text(&key.pk)), (keys::SK.to_owned(), text(&key.sk))])
}

/// Adds the two attributes of a key to an item, under the given attribute names.
pub(crate) fn put_key(item: &mut ItemMap, [pk, sk]: [&str; 2], key: &Key) {
    item.insert(pk.to_owned(), text(&key.pk));
    item.insert(sk.to_owned(), text(&key.sk));
}

/// Converts an item into a record. Keys and attributes that the record does not have, such as those
/// of later versions, are ignored.
pub(crate) fn from_item<T: DeserializeOwned>(record: &'static str, item: ItemMap) -> Result<T, Error> {
    let key = shown_key(&item);
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(|source| Error::Malformed { key, record, source })
}

/// Returns the text of an item's attribute; `None` if it is missing or of another type.
pub(crate) fn text_of<'a>(item: &'a ItemMap, attribute: &str) -> Option<&'a str> {
    item.get(attribute)?.as_s().ok().map(String::as_str)
}

fn shown_key(item: &ItemMap) -> String {
    format!("{} / {}", text_of(item, keys::PK).unwrap_or("?"), text_of(item, keys::SK).unwrap_or("?"))
}
