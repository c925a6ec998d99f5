//! The iterator over the rows of a CSV.

use std::io;

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder, StringRecord};
use domain::billing::Charge;

use super::columns::HeaderError;
use super::line_normalizer::{LineNormalizer, MAX_ROW_BYTES};
use super::row::CsvRow;
use super::{Column, Columns, CsvError};

/// The maximum number of records before the header.
const MAX_PREAMBLE_LINES: usize = 32;

/// The size of the read buffer.
const BUFFER_BYTES: usize = 64 * 1024;

/// An iterator over the rows of an invoice's CSV, in order. After an error it ends.
#[derive(Debug)]
pub struct Rows<R> {
    reader: Reader<LineNormalizer<R>>,
    columns: Columns,
    record: StringRecord,
    progress: Progress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Reading,
    Ended,
    Failed,
}

/// The size and the hash of a CSV that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvDigest {
    /// The size of the CSV, in bytes.
    pub bytes: u64,
    /// The SHA-256 of the bytes, in hex; equal hashes mean equal rows.
    pub sha256: String,
}

impl<R: io::Read> Rows<R> {
    /// Opens a CSV and reads as far as the header.
    pub fn new(source: R) -> Result<Self, CsvError> {
        let mut builder = ReaderBuilder::new();
        let builder = builder.has_headers(false).flexible(true).buffer_capacity(BUFFER_BYTES);
        let mut reader = builder.from_reader(LineNormalizer::new(source));
        let columns = find_header(&mut reader)?;
        Ok(Self { reader, columns, record: StringRecord::new(), progress: Progress::Reading })
    }

    /// Returns the columns that the header of the CSV has.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Returns the size and hash of the CSV; `None` until the last row was read, and always after
    /// an error.
    #[must_use]
    pub fn digest(&self) -> Option<CsvDigest> {
        let (bytes, sha256) = self.reader.get_ref().digest();
        (self.progress == Progress::Ended).then_some(CsvDigest { bytes, sha256 })
    }

    /// Reads the next row; `None` after the last.
    fn read(&mut self) -> Result<Option<Charge>, CsvError> {
        let previous_line = last_line(&self.reader);
        self.reader.get_mut().begin_row();
        let more = self.reader.read_record(&mut self.record);
        if !more.map_err(|error| failure(&self.reader, &self.columns, previous_line, error))? {
            return Ok(None);
        }
        let line = last_line(&self.reader);
        if let Some(breaks) = line_breaks(&self.record) {
            return Err(CsvError::LineBreak { from: line.saturating_sub(breaks), to: line });
        }
        let (found, expected) = (self.record.len(), self.columns.width());
        if found != expected {
            return Err(CsvError::FieldCount { line, found, expected });
        }
        CsvRow { record: &self.record, columns: &self.columns, line }.charge().map(Some)
    }
}

impl<R: io::Read> Iterator for Rows<R> {
    type Item = Result<Charge, CsvError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.progress != Progress::Reading {
            return None;
        }
        let row = self.read();
        self.progress = match &row {
            Ok(Some(_)) => Progress::Reading,
            Ok(None) => Progress::Ended,
            Err(_) => Progress::Failed,
        };
        row.transpose()
    }
}

/// Reads records until one has all the required columns.
fn find_header<R: io::Read>(reader: &mut Reader<LineNormalizer<R>>) -> Result<Columns, CsvError> {
    let mut record = ByteRecord::new();
    let mut nearest: Option<(u64, Vec<Column>)> = None;
    for _ in 0..=MAX_PREAMBLE_LINES {
        let previous_line = last_line(reader);
        reader.get_mut().begin_row();
        let more = reader.read_byte_record(&mut record);
        if !more.map_err(|error| failure(reader, &Columns::default(), previous_line, error))? {
            break;
        }
        let line = last_line(reader);
        let cells: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
        match Columns::from_header(cells.iter().map(AsRef::as_ref)) {
            Ok(columns) => return Ok(columns),
            Err(HeaderError::Duplicate(column)) => return Err(CsvError::DuplicateColumn { line, column }),
            Err(HeaderError::Missing(missing)) => {
                if nearest.as_ref().is_none_or(|(_, fewest)| missing.len() < fewest.len()) {
                    nearest = Some((line, missing));
                }
            }
        }
    }
    Err(nearest.map_or(CsvError::Empty, |(line, missing)| CsvError::NoHeader { line, missing }))
}

/// Returns the last line of the record that was read. Every line ends with a line feed, which the
/// reader has already counted, hence the subtraction.
fn last_line<R: io::Read>(reader: &Reader<LineNormalizer<R>>) -> u64 {
    reader.position().line().saturating_sub(1)
}

/// Returns the number of line breaks inside the fields of a record; `None` if there are none. The
/// last field may end with the line feed of the file's last line, if its quote is never closed;
/// that one is not counted, because no line follows it.
fn line_breaks(record: &StringRecord) -> Option<u64> {
    let fields = record.as_slice();
    let within = fields.strip_suffix('\n').unwrap_or(fields);
    fields.contains('\n').then(|| within.bytes().map(|byte| u64::from(byte == b'\n')).sum())
}

/// Converts an error of the reader; `previous_line` is the last line of the record before the one
/// that failed.
fn failure<R: io::Read>(
    reader: &Reader<LineNormalizer<R>>,
    columns: &Columns,
    previous_line: u64,
    error: csv::Error,
) -> CsvError {
    match error.into_kind() {
        ErrorKind::Utf8 { err, .. } => {
            CsvError::Encoding { line: last_line(reader), column: columns.name_at(err.field()) }
        }
        ErrorKind::Io(_) if reader.get_ref().is_too_long() => {
            CsvError::TooLong { line: previous_line, limit: MAX_ROW_BYTES }
        }
        ErrorKind::Io(error) => CsvError::Read(error),
        other => CsvError::Read(io::Error::other(format!("{other:?}"))),
    }
}
