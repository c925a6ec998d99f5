//! Rows as CSV (RFC 4180): a column for every field, as the rows' schema names and orders them, so that the header is the same whatever
//! the rows hold, and there where there are none.
//!
//! An object of a known shape is spread over columns of its own (`price_monthly.amount`); lists, and objects of any shape, are compact
//! JSON. What is null is empty. What a spreadsheet would take for a formula is defused.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, Schema};
use utoipa::openapi::{Ref, RefOr};

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The names of a field and of those that it is in, the outermost first.
type Path = Vec<String>;
/// Schemas by their names in the document.
type Named = BTreeMap<String, RefOr<Schema>>;

/// These rows, below a header.
///
/// # Errors
/// When a row is no JSON object, which no view is.
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

/// The columns of a row's type.
fn columns<T: ToSchema>() -> Vec<Path> {
    let mut named = Vec::new();
    T::schemas(&mut named);
    let mut columns = Vec::new();
    spread(&T::schema(), &named.into_iter().collect(), &[], &mut columns);
    columns
}

/// Adds the columns of what stands at `path`.
fn spread(schema: &RefOr<Schema>, named: &Named, path: &[String], columns: &mut Vec<Path>) {
    let Some(object) = fixed_shape(schema, named) else {
        columns.push(path.to_vec());
        return;
    };
    // Properties are sorted by name; what is required, and in a view everything is, stands as it is declared.
    for name in &object.required {
        if let Some(field) = object.properties.get(name) {
            spread(field, named, &[path, std::slice::from_ref(name)].concat(), columns);
        }
    }
}

/// The object that a schema speaks of, itself or where it is not null, if its fields are known.
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
        Some(Value::String(text)) => defused(text),
        Some(other) => other.to_string(),
    }
}

/// The text, with an apostrophe before it where a spreadsheet would run it.
fn defused(text: &str) -> String {
    if text.starts_with(FORMULA) && !is_plain_number(text) { format!("'{text}") } else { text.to_owned() }
}

/// Whether a text is a number and nothing else: digits, a minus sign before them, a point among them.
fn is_plain_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    text.split_once('.').map_or_else(|| digits(text), |(whole, rest)| digits(whole) && digits(rest))
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
    fn a_known_shape_has_columns_and_any_other_is_json() {
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
    fn a_header_stands_above_no_rows_as_well() {
        assert_eq!(text(&[]), HEADER);
    }

    #[test]
    fn what_reads_as_a_formula_is_defused_and_numbers_are_left_alone() {
        for hostile in ["=1+1", "+1", "+49 30", "-", "-a", "--1", "-1-1", "-1.", "@SUM(A1)", "\t=1", "\r=1", "-1e5"] {
            assert_eq!(defused(hostile), format!("'{hostile}"));
        }
        for harmless in ["", "a=b", "-5", "-0.25", "12", "1-2", " =1", "'=1", "2026-04-12", "[-1]"] {
            assert_eq!(defused(harmless), harmless);
        }
    }
}
