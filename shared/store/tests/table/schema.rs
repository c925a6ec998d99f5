use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{KeySchemaElement, Projection};
use embedded_table::{EmbeddedTable, TABLE_NAME};
use serde_yaml_ng::Value;
use store::keys;

/// A definition of the table, independent of its source.
#[derive(Debug, PartialEq, Eq)]
struct Definition {
    billing: String,
    attributes: BTreeMap<String, String>,
    keys: Vec<(String, String)>,
    indexes: BTreeMap<String, Index>,
}

/// An index: its keys, its projection type, and the projected attributes.
type Index = (Vec<(String, String)>, String, BTreeSet<String>);

/// Returns the table's resource in the template.
fn deployed() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
    let template: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut tables = template["Resources"].as_mapping().unwrap().values();
    let table = tables.find(|resource| resource["Type"] == "AWS::DynamoDB::Table").expect("a table").clone();
    assert!(tables.all(|resource| resource["Type"] != "AWS::DynamoDB::Table"), "a single table");
    table
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("expected a text: {value:?}")).to_owned()
}

fn items(value: &Value) -> &Vec<Value> {
    value.as_sequence().unwrap_or_else(|| panic!("expected a list: {value:?}"))
}

fn from_template(properties: &Value) -> Definition {
    let pairs = |list: &Value, other: &str| -> Vec<(String, String)> {
        items(list).iter().map(|item| (text(&item["AttributeName"]), text(&item[other]))).collect()
    };
    let index = |index: &Value| {
        let projection = &index["Projection"];
        let named = projection.get("NonKeyAttributes").map(|named| items(named).iter().map(text).collect());
        (pairs(&index["KeySchema"], "KeyType"), text(&projection["ProjectionType"]), named.unwrap_or_default())
    };
    let indexes = items(&properties["GlobalSecondaryIndexes"]).iter();
    Definition {
        billing: text(&properties["BillingMode"]),
        attributes: pairs(&properties["AttributeDefinitions"], "AttributeType").into_iter().collect(),
        keys: pairs(&properties["KeySchema"], "KeyType"),
        indexes: indexes.map(|found| (text(&found["IndexName"]), index(found))).collect(),
    }
}

async fn from_code() -> Definition {
    let embedded = EmbeddedTable::start().await;
    let table = embedded.client.describe_table().table_name(TABLE_NAME).send().await.unwrap().table.unwrap();
    let pairs = |keys: &[KeySchemaElement]| -> Vec<(String, String)> {
        keys.iter().map(|key| (key.attribute_name.clone(), key.key_type.to_string())).collect()
    };
    let projected = |projection: Option<&Projection>| {
        let projection = projection.expect("a projection");
        let named = projection.non_key_attributes().iter().cloned().collect();
        (projection.projection_type().expect("its type").to_string(), named)
    };
    let indexes = table.global_secondary_indexes().iter().map(|index| {
        let (projection, named) = projected(index.projection());
        (index.index_name().unwrap().to_owned(), (pairs(index.key_schema()), projection, named))
    });
    let attributes = table.attribute_definitions().iter();
    Definition {
        billing: table.billing_mode_summary().unwrap().billing_mode().unwrap().to_string(),
        attributes: attributes.map(|a| (a.attribute_name.clone(), a.attribute_type.to_string())).collect(),
        keys: pairs(table.key_schema()),
        indexes: indexes.collect(),
    }
}

#[tokio::test]
async fn the_table_in_the_code_is_the_table_that_is_deployed() {
    assert_eq!(from_code().await, from_template(&deployed()["Properties"]));
}

#[test]
fn the_deployed_table_deletes_expired_items_and_is_retained() {
    let table = deployed();
    let properties = &table["Properties"];
    let ttl = &properties["TimeToLiveSpecification"];
    assert_eq!((ttl["AttributeName"].as_str(), ttl["Enabled"].as_bool()), (Some(keys::TTL), Some(true)));
    let recovery = &properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"];
    assert_eq!(recovery.as_bool(), Some(true));
    for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
        assert_eq!(table[policy].as_str(), Some("Retain"), "{policy}");
    }
    assert!(
        properties.get("TableName").is_none(),
        "a retained table with a fixed name would block the next deployment"
    );
    let Value::Tagged(protection) = &properties["DeletionProtectionEnabled"] else { panic!("{properties:?}") };
    assert_eq!(protection.tag.to_string(), "!If");
}
