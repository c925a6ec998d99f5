//! Writes rows as CSV (RFC 4180). Every field has a column. Names and order come from the schema of
//! the rows, so the header is the same for all rows and present even without rows.
//!
//! An object of a known shape becomes several columns (`price_monthly.amount`). Lists, and objects
//! of unknown shape, are compact JSON. Null is an empty cell. Text that a spreadsheet would run as
//! a formula gets an apostrophe before it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, Schema};
use utoipa::openapi::{Ref, RefOr};

/// The characters that make a spreadsheet read a cell as a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The name of a field after the names of the objects that contain it, outermost first.
type Path = Vec<String>;
/// Schemas by their names in the OpenAPI document.
type Named = BTreeMap<String, RefOr<Schema>>;

/// Writes a header and these rows as CSV with CRLF line ends.
///
/// # Errors
/// Fails if a row does not serialize to a JSON object, which every view does.
pub fn csv<T: Serialize + ToSchema>(rows: &[T]) -> Result<Vec<u8>, csv::Error> {
    let columns = columns::<T>();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(columns.iter().map(|path| path.join(".")))?;
    for row in rows {
        let row = serde_json::to_value(row).map_err(std::io::Error::from)?;
        writer.write_record(columns.iter().map(|path| cell(&row, path)))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// The columns of a row type, in the order of the CSV.
fn columns<T: ToSchema>() -> Vec<Path> {
    let mut named = Vec::new();
    T::schemas(&mut named);
    let mut columns = Vec::new();
    spread(&T::schema(), &named.into_iter().collect(), &[], &mut columns);
    columns
}

/// Adds the columns of the field at `path`: one, or one for each field of a known object.
fn spread(schema: &RefOr<Schema>, named: &Named, path: &[String], columns: &mut Vec<Path>) {
    let Some(object) = fixed_shape(schema, named) else {
        columns.push(path.to_vec());
        return;
    };
    // Properties are sorted by name, but `required` keeps the order of declaration, and all fields
    // of a view are required.
    for name in &object.required {
        if let Some(field) = object.properties.get(name) {
            spread(field, named, &[path, std::slice::from_ref(name)].concat(), columns);
        }
    }
}

/// The object with known fields that a schema describes, also where the schema is a reference or
/// nullable; `None` for anything else.
fn fixed_shape<'a>(schema: &'a RefOr<Schema>, named: &'a Named) -> Option<&'a Object> {
    match schema {
        RefOr::Ref(Ref { ref_location, .. }) => fixed_shape(named.get(ref_location.rsplit('/').next()?)?, named),
        RefOr::T(Schema::Object(object)) => Some(object).filter(|object| !object.properties.is_empty()),
        RefOr::T(Schema::OneOf(one_of)) => one_of.items.iter().find_map(|item| fixed_shape(item, named)),
        RefOr::T(_) => None,
    }
}

fn cell(row: &Value, path: &[String]) -> String {
    let value = path.iter().try_fold(row, |value, name| value.get(name));
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => escape_formula(text),
        Some(other) => other.to_string(),
    }
}

/// The text with an apostrophe before it if a spreadsheet would run it as a formula.
fn escape_formula(text: &str) -> String {
    if text.starts_with(FORMULA) && !is_plain_number(text) { format!("'{text}") } else { text.to_owned() }
}

/// Returns whether a text is a plain decimal number: an optional minus sign, digits and at most one
/// point between digits.
fn is_plain_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    text.split_once('.').map_or_else(|| digits(text), |(whole, fraction)| digits(whole) && digits(fraction))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Map, json};

    #[derive(Serialize, ToSchema)]
    struct SampleRow {
        zone: String,
        #[schema(required)]
        price: Option<Amount>,
        #[schema(required)]
        status: Option<String>,
        count: u32,
        #[schema(value_type = Object)]
        attrs: Map<String, Value>,
        parts: Vec<Amount>,
    }

    #[derive(Serialize, ToSchema)]
    #[schema(as = Money)]
    struct Amount {
        amount: String,
        currency: &'static str,
    }

    fn amount(amount: &str) -> Amount {
        Amount { amount: amount.to_owned(), currency: "USD" }
    }

    fn text(rows: &[SampleRow]) -> String {
        String::from_utf8(csv(rows).unwrap()).unwrap()
    }

    const HEADER: &str = "zone,price.amount,price.currency,status,count,attrs,parts\r\n";

    #[test]
    fn objects_of_known_shape_become_columns_and_others_json() {
        let attrs = Map::from_iter([("size".to_owned(), json!("s-1"))]);
        let rows = [
            SampleRow {
                zone: "b,\"c\"\n".into(),
                price: None,
                status: None,
                count: 0,
                attrs: Map::new(),
                parts: vec![],
            },
            SampleRow {
                zone: "é".to_owned(),
                price: Some(amount("6.00")),
                status: Some("off".to_owned()),
                count: 2,
                attrs,
                parts: vec![amount("-1.5")],
            },
        ];
        let expected = "\"b,\"\"c\"\"\n\",,,,0,{},[]\r\n\
            é,6.00,USD,off,2,\"{\"\"size\"\":\"\"s-1\"\"}\",\"[{\"\"amount\"\":\"\"-1.5\"\",\"\"currency\"\":\"\"USD\"\"}]\"\r\n";
        assert_eq!(text(&rows), format!("{HEADER}{expected}"));
    }

    #[test]
    fn a_list_without_rows_still_has_a_header() {
        assert_eq!(text(&[]), HEADER);
    }

    #[test]
    fn formulas_are_escaped_and_numbers_are_unchanged() {
        for hostile in ["=1+1", "+1", "+49 30", "-", "-a", "--1", "-1-1", "-1.", "@SUM(A1)", "\t=1", "\r=1", "-1e5"] {
            assert_eq!(escape_formula(hostile), format!("'{hostile}"));
        }
        for harmless in ["", "a=b", "-5", "-0.25", "12", "1-2", " =1", "'=1", "2026-04-12", "[-1]"] {
            assert_eq!(escape_formula(harmless), harmless);
        }
    }
}
