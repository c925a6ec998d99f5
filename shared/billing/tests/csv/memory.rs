//! Tests that reading takes constant memory for any input.

use std::io::{self, Read};

use billing::csv::{CsvError, Rows};

/// An endless source that begins like a CSV and counts the bytes requested.
struct Endless<'a> {
    start: &'a [u8],
    read: usize,
}

impl Read for Endless<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.start.read(buf)?;
        buf[count..].fill(b'a');
        self.read += buf.len();
        Ok(buf.len())
    }
}

#[test]
fn a_missing_closing_quote_does_not_use_all_memory() {
    let row = b"product,description,USD\nDroplets,\"web-01,$6.00\n";
    let mut endless = Endless { start: row, read: 0 };
    let error = Rows::new(&mut endless).unwrap().next().unwrap().unwrap_err();
    assert!(matches!(error, CsvError::TooLong { line: 1, .. }), "{error}");
    assert!(endless.read < 2 << 20, "{} bytes", endless.read);
    let mut endless = Endless { start: b"\"", read: 0 };
    assert!(matches!(Rows::new(&mut endless), Err(CsvError::TooLong { .. })));
}

#[test]
fn a_read_error_is_not_the_end_of_the_file() {
    struct Broken<'a>(&'a [u8]);
    impl Read for Broken<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buf)? {
                0 => Err(io::ErrorKind::ConnectionReset.into()),
                count => Ok(count),
            }
        }
    }
    let mut rows = Rows::new(Broken(b"product,description,USD\nDroplets,a,$1\nDroplets,b,$2\n")).unwrap();
    let read: Vec<_> = rows.by_ref().collect();
    assert!(matches!(read.last(), Some(Err(CsvError::Read(error))) if error.kind() == io::ErrorKind::ConnectionReset));
    assert_eq!(rows.digest(), None);
}
