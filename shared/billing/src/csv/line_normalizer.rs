//! Normalizes the line ends of a CSV while it is read, and hashes its bytes.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// The maximum length of a row, in bytes. It is far longer than any real row, and limits the memory
/// that a missing closing quote can cost.
pub(super) const MAX_ROW_BYTES: usize = 1 << 20;

/// A reader that ends every line with a line feed, the last one too, and computes the SHA-256 of
/// the original bytes.
///
/// The `csv` crate accepts all line ends, but counts lines by the line feeds that it has consumed.
/// With CRLF it would be one line behind, and error messages would name the wrong line.
#[derive(Debug)]
pub(super) struct LineNormalizer<R> {
    source: R,
    digest: Sha256,
    bytes: u64,
    /// True if the last byte from the source was a carriage return: a line feed may follow.
    after_return: bool,
    /// True if the last byte that was returned ended a line.
    line_ended: bool,
    /// The number of bytes returned since the row began.
    row_bytes: usize,
    too_long: bool,
}

impl<R> LineNormalizer<R> {
    pub(super) fn new(source: R) -> Self {
        let digest = Sha256::new();
        Self { source, digest, bytes: 0, after_return: false, line_ended: true, row_bytes: 0, too_long: false }
    }

    /// Resets the length count for the next row. Bytes that were read ahead are not counted
    /// precisely; the error is small.
    pub(super) fn begin_row(&mut self) {
        self.row_bytes = 0;
    }

    /// Returns whether reading failed because a row was too long.
    pub(super) fn is_too_long(&self) -> bool {
        self.too_long
    }

    /// Returns the number of bytes read from the source, and their SHA-256 in hex.
    pub(super) fn digest(&self) -> (u64, String) {
        (self.bytes, hex::encode(self.digest.clone().finalize()))
    }

    /// Ends every line of `buf` with a line feed, in place, and returns the new length.
    fn end_lines(&mut self, buf: &mut [u8]) -> usize {
        if !self.after_return && !buf.contains(&b'\r') {
            return buf.len();
        }
        let mut kept = 0;
        for at in 0..buf.len() {
            let byte = buf[at];
            let follows_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            if follows_return && byte == b'\n' {
                continue;
            }
            buf[kept] = if byte == b'\r' { b'\n' } else { byte };
            kept += 1;
        }
        kept
    }
}

impl<R: Read> Read for LineNormalizer<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.row_bytes > MAX_ROW_BYTES {
            self.too_long = true;
            return Err(io::Error::other("a row is too long"));
        }
        loop {
            let count = self.source.read(buf)?;
            if count == 0 {
                let Some(first) = buf.first_mut().filter(|_| !self.line_ended) else { return Ok(0) };
                self.line_ended = true;
                *first = b'\n';
                return Ok(1);
            }
            self.bytes += count as u64;
            self.digest.update(&buf[..count]);
            let kept = self.end_lines(&mut buf[..count]);
            // A line feed that only completes a CRLF leaves no byte. Returning 0 would mean the end
            // of the file, so the loop reads on.
            if let Some(last) = buf[..kept].last() {
                self.line_ended = *last == b'\n';
                self.row_bytes += kept;
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source that returns at most so many bytes a call.
    struct Chunks<'a>(&'a [u8], usize);

    impl Read for Chunks<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let size = self.1.min(self.0.len()).min(buf.len());
            let (now, later) = self.0.split_at(size);
            buf[..size].copy_from_slice(now);
            self.0 = later;
            Ok(size)
        }
    }

    #[test]
    fn every_line_ends_with_a_line_feed_for_every_chunk_size() {
        let cases = [
            ("", ""),
            ("a", "a\n"),
            ("a\nb\n", "a\nb\n"),
            ("a\r\nb\r\n", "a\nb\n"),
            ("a\rb\r", "a\nb\n"),
            ("a\r\n\r\nb", "a\n\nb\n"),
            ("a\r\r\nb\n\r", "a\n\nb\n\n"),
            ("\r\n", "\n"),
        ];
        for (text, expected) in cases {
            for size in 1..=text.len().max(1) {
                let mut lines = LineNormalizer::new(Chunks(text.as_bytes(), size));
                let mut read = String::new();
                lines.read_to_string(&mut read).unwrap();
                assert_eq!(read, expected, "{text:?} in chunks of {size}");
                assert_eq!(lines.digest(), (text.len() as u64, hex::encode(Sha256::digest(text))));
            }
        }
    }
}
