//! Reading row by row.

use std::io;

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder, StringRecord};
use domain::billing::Charge;

use super::columns::HeaderError;
use super::line_normalizer::{LineNormalizer, MAX_ROW_BYTES};
use super::row::CsvRow;
use super::{Column, Columns, CsvError};

/// How many lines may stand before the header.
const MAX_PREAMBLE_LINES: usize = 32;

/// So much is read at once.
const BUFFER_BYTES: usize = 64 * 1024;

/// The rows of an invoice's CSV, in their order. After an error there are no more.
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

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvDigest {
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256, in hex: equal bytes make equal rows.
    pub sha256: String,
}

impl<R: io::Read> Rows<R> {
    /// Reads as far as the header.
    pub fn new(source: R) -> Result<Self, CsvError> {
        let mut builder = ReaderBuilder::new();
        let builder = builder.has_headers(false).flexible(true).buffer_capacity(BUFFER_BYTES);
        let mut reader = builder.from_reader(LineNormalizer::new(source));
        let columns = find_header(&mut reader)?;
        Ok(Self { reader, columns, record: StringRecord::new(), progress: Progress::Reading })
    }

    /// The columns that the CSV has.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// What was read; `None` until the last row was, and for ever after an error.
    #[must_use]
    pub fn digest(&self) -> Option<CsvDigest> {
        let (bytes, sha256) = self.reader.get_ref().digest();
        (self.progress == Progress::Ended).then_some(CsvDigest { bytes, sha256 })
    }

    /// The next row; `None` after the last.
    fn read(&mut self) -> Result<Option<Charge>, CsvError> {
        let before = last_line(&self.reader);
        self.reader.get_mut().begin_row();
        let more = self.reader.read_record(&mut self.record);
        if !more.map_err(|error| failure(&self.reader, &self.columns, before, error))? {
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

/// Reads until a record has all required columns.
fn find_header<R: io::Read>(reader: &mut Reader<LineNormalizer<R>>) -> Result<Columns, CsvError> {
    let mut record = ByteRecord::new();
    let mut nearest: Option<(u64, Vec<Column>)> = None;
    for _ in 0..=MAX_PREAMBLE_LINES {
        let before = last_line(reader);
        reader.get_mut().begin_row();
        let more = reader.read_byte_record(&mut record);
        if !more.map_err(|error| failure(reader, &Columns::default(), before, error))? {
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

/// The last line of the record that was read: every line ends with a line feed, which the reader has counted.
fn last_line<R: io::Read>(reader: &Reader<LineNormalizer<R>>) -> u64 {
    reader.position().line().saturating_sub(1)
}

/// How many lines the fields of a record go on for; `None` where they hold no line break. A quote that is never closed
/// takes the line feed of the last line with it, after which there is no other.
fn line_breaks(record: &StringRecord) -> Option<u64> {
    let fields = record.as_slice();
    let within = fields.strip_suffix('\n').unwrap_or(fields);
    fields.contains('\n').then(|| within.bytes().map(|byte| u64::from(byte == b'\n')).sum())
}

/// Why no record could be read after the one that ended with line `before`.
fn failure<R: io::Read>(
    reader: &Reader<LineNormalizer<R>>,
    columns: &Columns,
    before: u64,
    error: csv::Error,
) -> CsvError {
    match error.into_kind() {
        ErrorKind::Utf8 { err, .. } => {
            CsvError::Encoding { line: last_line(reader), column: columns.name_at(err.field()) }
        }
        ErrorKind::Io(_) if reader.get_ref().is_too_long() => CsvError::TooLong { line: before, limit: MAX_ROW_BYTES },
        ErrorKind::Io(error) => CsvError::Read(error),
        other => CsvError::Read(io::Error::other(format!("{other:?}"))),
    }
}
