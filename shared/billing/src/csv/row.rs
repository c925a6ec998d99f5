//! Parses one row of the CSV into a charge.

use csv::StringRecord;
use domain::Money;
use domain::billing::Charge;
use rust_decimal::Decimal;

use super::{Column, Columns, CsvError, time};
use crate::amount;

/// A record of the CSV with the positions of its columns.
pub(super) struct CsvRow<'a> {
    pub(super) record: &'a StringRecord,
    pub(super) columns: &'a Columns,
    pub(super) line: u64,
}

impl CsvRow<'_> {
    /// Parses all fields of the row.
    pub(super) fn charge(&self) -> Result<Charge, CsvError> {
        let amount = self.required(Column::Usd);
        let amount = amount::parse(amount).map_err(|error| self.problem(Column::Usd, error.to_string()))?;
        Ok(Charge {
            product: self.required(Column::Product).to_owned(),
            group_description: self.text(Column::GroupDescription),
            description: self.required(Column::Description).to_owned(),
            hours: self.parsed(Column::Hours, "number of hours", hours)?,
            start: self.parsed(Column::Start, "time", time::parse)?,
            end: self.parsed(Column::End, "time", time::parse)?,
            amount: Money::usd(amount),
            project_name: self.text(Column::ProjectName),
            category: self.text(Column::Category),
        })
    }

    /// Returns the trimmed field of a column; `None` if the CSV lacks the column or the field is
    /// blank.
    fn field(&self, column: Column) -> Option<&str> {
        let text = self.record.get(self.columns.index(column)?)?.trim();
        (!text.is_empty()).then_some(text)
    }

    fn required(&self, column: Column) -> &str {
        self.field(column).unwrap_or_default()
    }

    fn text(&self, column: Column) -> Option<String> {
        self.field(column).map(str::to_owned)
    }

    fn parsed<T>(&self, column: Column, what: &str, parse: fn(&str) -> Option<T>) -> Result<Option<T>, CsvError> {
        let Some(text) = self.field(column) else { return Ok(None) };
        let parsed = parse(text).ok_or_else(|| self.problem(column, format!("{text:?} is not a {what}")));
        parsed.map(Some)
    }

    fn problem(&self, column: Column, problem: String) -> CsvError {
        CsvError::Field { line: self.line, column, problem }
    }
}

fn hours(text: &str) -> Option<Decimal> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| Decimal::from_str_exact(text).ok()).flatten()
}
