//! A file that arrives in chunks, as a reader of bytes.
//!
//! The rows are read by code that pulls bytes when it needs them ([`std::io::Read`]), and the file arrives when it does. So the rows are read
//! on a thread that may block, and a channel of a few chunks is between the two: it holds the file back while rows are made of what is there,
//! and no more of the file than those chunks is ever held.

use std::io::{self, Read};

use bytes::Bytes;
use digitalocean::Download;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces that wait to be read, each of some 16 KB.
const QUEUED_CHUNKS: usize = 4;

/// A chunk of a file, or its end: a file that breaks off has none.
#[derive(Debug)]
pub(super) enum Chunk<B> {
    Bytes(B),
    End,
}

/// The reading side.
#[derive(Debug)]
pub(super) struct ChunkReader<B> {
    chunks: Receiver<Chunk<B>>,
    current: Option<B>,
    /// How much of it was read.
    read: usize,
    ended: bool,
}

impl<B> ChunkReader<B> {
    /// A feed, and where its chunks are put in.
    pub(super) fn new() -> (Sender<Chunk<B>>, Self) {
        let (sender, chunks) = channel(QUEUED_CHUNKS);
        (sender, Self { chunks, current: None, read: 0, ended: false })
    }
}

impl<B: AsRef<[u8]>> Read for ChunkReader<B> {
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
            (self.current, self.read) = match self.chunks.blocking_recv() {
                Some(Chunk::Bytes(bytes)) => (Some(bytes), 0),
                Some(Chunk::End) => {
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
pub(super) async fn forward_chunks(
    mut file: Download,
    chunks: Sender<Chunk<Bytes>>,
) -> Result<(), digitalocean::Error> {
    while let Some(bytes) = file.chunk().await? {
        if chunks.send(Chunk::Bytes(bytes)).await.is_err() {
            // The reader has stopped, and knows why.
            return Ok(());
        }
    }
    // A reader that has stopped needs no end.
    let _ = chunks.send(Chunk::End).await;
    Ok(())
}
