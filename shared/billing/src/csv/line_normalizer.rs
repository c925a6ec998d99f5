//! The bytes of a CSV as lines.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// The most bytes that one row may have: far more than any has, and so much memory that a quote left open can cost.
pub(super) const MAX_ROW_BYTES: usize = 1 << 20;

/// Passes bytes on with every line ended by a line feed, the last one too, and digests them as they came.
///
/// The `csv` crate takes all line ends, but counts lines by their line feeds as it comes to them: with CRLF it would be
/// one line behind, and a row on the wrong line is a row that nobody finds.
#[derive(Debug)]
pub(super) struct LineNormalizer<R> {
    source: R,
    digest: Sha256,
    bytes: u64,
    /// Whether the last byte that came was a carriage return, whose line feed may follow.
    after_return: bool,
    /// Whether the last byte that was passed on ended a line.
    line_ended: bool,
    /// Bytes passed on since the row began.
    row: usize,
    too_long: bool,
}

impl<R> LineNormalizer<R> {
    pub(super) fn new(source: R) -> Self {
        let digest = Sha256::new();
        Self { source, digest, bytes: 0, after_return: false, line_ended: true, row: 0, too_long: false }
    }

    /// Begins another row. What was read ahead counts for it or not: it is little.
    pub(super) fn begin_row(&mut self) {
        self.row = 0;
    }

    /// Whether reading ended since a row was too long.
    pub(super) fn is_too_long(&self) -> bool {
        self.too_long
    }

    /// How many bytes came, and their SHA-256 in hex.
    pub(super) fn digest(&self) -> (u64, String) {
        (self.bytes, hex::encode(self.digest.clone().finalize()))
    }

    /// Ends every line of `buf` with a line feed; how many bytes are left of it.
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
        if self.row > MAX_ROW_BYTES {
            self.too_long = true;
            return Err(io::Error::other("a row is too long"));
        }
        loop {
            let came = self.source.read(buf)?;
            if came == 0 {
                let Some(first) = buf.first_mut().filter(|_| !self.line_ended) else { return Ok(0) };
                self.line_ended = true;
                *first = b'\n';
                return Ok(1);
            }
            self.bytes += came as u64;
            self.digest.update(&buf[..came]);
            let kept = self.end_lines(&mut buf[..came]);
            // A lone line feed after a carriage return leaves nothing, which would read as the end.
            if let Some(last) = buf[..kept].last() {
                self.line_ended = *last == b'\n';
                self.row += kept;
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes so many at a time.
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
    fn every_line_ends_with_a_line_feed_however_the_bytes_come() {
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
                assert_eq!(read, expected, "{text:?} by {size}");
                assert_eq!(lines.digest(), (text.len() as u64, hex::encode(Sha256::digest(text))));
            }
        }
    }
}
