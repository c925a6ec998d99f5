//! The table's definition, as `template.yaml` deploys it; a test keeps the two the same.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};

use crate::Error;
use crate::keys;

/// An index: its name, its keys, and what it projects besides them (`None`: everything).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// Partition and sort key attributes.
    pub keys: [&'static str; 2],
    /// Attributes projected besides the keys; `None` for all.
    pub includes: Option<&'static [&'static str]>,
}

/// The table's own key attributes.
pub const TABLE_KEYS: [&str; 2] = [keys::PK, keys::SK];

/// The table's indexes.
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

/// Creates the table on an empty DynamoDB. Deployments get theirs from the template; this is for embedded ones.
///
/// # Errors
/// [`Error::Dynamo`] when DynamoDB refuses.
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
