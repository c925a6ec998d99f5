//! Why the CSV of an invoice cannot be read.

use std::io;

use super::Column;

/// Why the CSV of an invoice cannot be read. Lines are counted from 1, as an editor does.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// It has no byte.
    #[error("the CSV is empty")]
    Empty,
    /// No line is a header.
    #[error("the CSV has no header: line {line} comes nearest and lacks {}", names(missing))]
    NoHeader {
        /// The line that has most of the columns.
        line: u64,
        /// The required columns that it lacks.
        missing: Vec<Column>,
    },
    /// The header names a column twice, so that either could be meant.
    #[error("line {line}: the header has the column {column} twice")]
    DuplicateColumn {
        /// The line of the header.
        line: u64,
        /// The column.
        column: Column,
    },
    /// A row has more or fewer fields than the header.
    #[error("line {line}: {found} fields where the header has {expected}")]
    FieldCount {
        /// The line.
        line: u64,
        /// Fields of the row.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// A field is not what its column holds.
    #[error("line {line}, column {column}: {problem}")]
    Field {
        /// The line.
        line: u64,
        /// The column.
        column: Column,
        /// What is wrong with it.
        problem: String,
    },
    /// A field holds a line break. DigitalOcean writes none; a quote that is left open swallows rows that way.
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
        /// The line.
        line: u64,
        /// The column's name, or its number where it has none that we know.
        column: String,
    },
    /// A row is so long that it cannot be one.
    #[error("after line {line}: a row of more than {limit} bytes; a quote may be left open")]
    TooLong {
        /// The last line of the row before.
        line: u64,
        /// The most bytes that a row may have.
        limit: usize,
    },
    /// The bytes themselves could not be read.
    #[error("the CSV could not be read")]
    Read(#[source] io::Error),
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name()).collect::<Vec<_>>().join(", ")
}
