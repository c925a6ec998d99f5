//! A file that arrives in pieces, as a reader of bytes.
//!
//! The rows are read by code that pulls bytes when it needs them ([`std::io::Read`]), and the file arrives when it does. So the rows are read
//! on a thread that may block, and a channel of a few pieces is between the two: it holds the file back while rows are made of what is there,
//! and no more of the file than those pieces is ever held.

use std::io::{self, Read};

use bytes::Bytes;
use digitalocean::Download;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces that wait to be read, each of some 16 KB.
const WAITING: usize = 4;

/// A piece of a file, or its end: a file that breaks off has none.
#[derive(Debug)]
pub(super) enum Piece<B> {
    Bytes(B),
    End,
}

/// The reading side.
#[derive(Debug)]
pub(super) struct Feed<B> {
    pieces: Receiver<Piece<B>>,
    current: Option<B>,
    /// How much of it was read.
    read: usize,
    ended: bool,
}

impl<B> Feed<B> {
    /// A feed, and where its pieces are put in.
    pub(super) fn new() -> (Sender<Piece<B>>, Self) {
        let (sender, pieces) = channel(WAITING);
        (sender, Self { pieces, current: None, read: 0, ended: false })
    }
}

impl<B: AsRef<[u8]>> Read for Feed<B> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(current) = &self.current {
                let rest = &current.as_ref()[self.read..];
                if !rest.is_empty() {
                    let count = rest.len().min(buf.len());
                    buf[..count].copy_from_slice(&rest[..count]);
                    self.read += count;
                    return Ok(count);
                }
            }
            if self.ended {
                return Ok(0);
            }
            (self.current, self.read) = match self.pieces.blocking_recv() {
                Some(Piece::Bytes(bytes)) => (Some(bytes), 0),
                Some(Piece::End) => {
                    self.ended = true;
                    (None, 0)
                }
                // Whoever put them in is gone, and the file has not ended.
                None => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file broke off")),
            };
        }
    }
}

/// Puts a file in as it arrives.
pub(super) async fn pass_on(mut file: Download, pieces: Sender<Piece<Bytes>>) -> Result<(), digitalocean::Error> {
    while let Some(bytes) = file.chunk().await? {
        if pieces.send(Piece::Bytes(bytes)).await.is_err() {
            // The reader has stopped, and knows why.
            return Ok(());
        }
    }
    // A reader that has stopped needs no end.
    let _ = pieces.send(Piece::End).await;
    Ok(())
}
