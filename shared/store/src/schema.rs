//! The table's definition, equal to the one that `template.yaml` deploys; a test compares the two.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};

use crate::Error;
use crate::keys;

/// A global secondary index: its name, its keys, and the attributes it projects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The index name, as in `template.yaml`.
    pub name: &'static str,
    /// The attributes of the partition key and the sort key.
    pub keys: [&'static str; 2],
    /// The attributes projected besides the keys; `None` projects all.
    pub includes: Option<&'static [&'static str]>,
}

/// The table's own key attributes: partition key, sort key.
pub const TABLE_KEYS: [&str; 2] = [keys::PK, keys::SK];

/// All global secondary indexes of the table.
pub const INDEXES: [Index; 2] = [
    Index { name: keys::GSI1, keys: [keys::GSI1_PK, keys::GSI1_SK], includes: None },
    Index { name: keys::GSI2, keys: [keys::GSI2_PK, keys::GSI2_SK], includes: Some(&keys::GSI2_ATTRIBUTES) },
];

fn key_schema([hash, range]: [&str; 2]) -> Result<Vec<KeySchemaElement>, Error> {
    Ok(vec![
        KeySchemaElement::builder().attribute_name(hash).key_type(KeyType::Hash).build()?,
        KeySchemaElement::builder().attribute_name(range).key_type(KeyType::Range).build()?,
    ])
}

/// Creates the table in an empty DynamoDB. Deployments create it from the template; this function
/// is for embedded tables.
///
/// # Errors
/// [`Error::Dynamo`] when DynamoDB rejects the definition.
pub async fn create_table(client: &Client, name: &str) -> Result<(), Error> {
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(key_schema(TABLE_KEYS)?));
    for attribute in TABLE_KEYS.iter().copied().chain(INDEXES.iter().flat_map(|index| index.keys)) {
        let definition =
            AttributeDefinition::builder().attribute_name(attribute).attribute_type(ScalarAttributeType::S).build()?;
        request = request.attribute_definitions(definition);
    }
    for index in &INDEXES {
        let projection = match index.includes {
            None => Projection::builder().projection_type(ProjectionType::All),
            Some(attributes) => Projection::builder()
                .projection_type(ProjectionType::Include)
                .set_non_key_attributes(Some(attributes.iter().map(|&a| a.to_owned()).collect())),
        };
        let index = GlobalSecondaryIndex::builder()
            .index_name(index.name)
            .set_key_schema(Some(key_schema(index.keys)?))
            .projection(projection.build())
            .build()?;
        request = request.global_secondary_indexes(index);
    }
    request.send().await.map_err(|e| Error::dynamo("CreateTable", e))?;
    Ok(())
}
