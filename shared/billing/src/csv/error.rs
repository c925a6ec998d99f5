//! Errors of reading the CSV of an invoice.

use std::io;

use super::Column;

/// The reason why the CSV of an invoice cannot be read. Lines are counted from 1, as in an editor.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// The CSV has no record at all.
    #[error("the CSV is empty")]
    Empty,
    /// No line among the first ones is a header.
    #[error("the CSV has no header: line {line} comes nearest and lacks {}", names(missing))]
    NoHeader {
        /// The line that lacks the fewest of the required columns.
        line: u64,
        /// The required columns that this line lacks.
        missing: Vec<Column>,
    },
    /// The header names a column twice, so that it is ambiguous which one is meant.
    #[error("line {line}: the header has the column {column} twice")]
    DuplicateColumn {
        /// The line of the header.
        line: u64,
        /// The column that appears in the header twice.
        column: Column,
    },
    /// A row has more or fewer fields than the header.
    #[error("line {line}: {found} fields where the header has {expected}")]
    FieldCount {
        /// The line of the row.
        line: u64,
        /// The number of fields of the row.
        found: usize,
        /// The number of fields of the header.
        expected: usize,
    },
    /// A field does not have the format of its column.
    #[error("line {line}, column {column}: {problem}")]
    Field {
        /// The line of the field.
        line: u64,
        /// The column of the field.
        column: Column,
        /// A description of the problem that quotes the field.
        problem: String,
    },
    /// A field contains a line break. DigitalOcean never writes one, so this is the sign of a
    /// missing closing quote, which would swallow the rows that follow.
    #[error("lines {from} to {to}: a quoted field holds a line break; a quote may be left open")]
    LineBreak {
        /// The first line of the row.
        from: u64,
        /// The last line of the row.
        to: u64,
    },
    /// A field is not UTF-8.
    #[error("line {line}, column {column}: not UTF-8")]
    Encoding {
        /// The line of the field.
        line: u64,
        /// The column's name; for an unknown column, its number from 1.
        column: String,
    },
    /// A row is longer than any real one can be.
    #[error("after line {line}: a row of more than {limit} bytes; a quote may be left open")]
    TooLong {
        /// The last line of the previous row.
        line: u64,
        /// The maximum length of a row, in bytes.
        limit: usize,
    },
    /// The source of the bytes failed.
    #[error("the CSV could not be read")]
    Read(#[source] io::Error),
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name()).collect::<Vec<_>>().join(", ")
}
