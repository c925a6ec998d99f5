//! Presents a file that arrives in chunks as a blocking reader.
//!
//! The CSV parser pulls bytes when it needs them ([`std::io::Read`]), while the download delivers
//! them asynchronously. So the parser runs on a thread that may block, and a bounded channel of a
//! few chunks connects the two. The channel slows the download down to the speed of the parser, and
//! no more of the file than those chunks is ever in memory.

use std::io::{self, Read};

use bytes::Bytes;
use digitalocean::Download;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The capacity of the channel in chunks, each of about 16 KB.
const QUEUED_CHUNKS: usize = 4;

/// A chunk of a file, or its end. A download that is cut off never sends the end.
#[derive(Debug)]
pub(super) enum Chunk<B> {
    Bytes(B),
    End,
}

/// The blocking reader of the chunks.
#[derive(Debug)]
pub(super) struct ChunkReader<B> {
    chunks: Receiver<Chunk<B>>,
    current: Option<B>,
    /// The number of bytes of the current chunk that were read.
    read: usize,
    ended: bool,
}

impl<B> ChunkReader<B> {
    /// Creates a reader and the sender of its chunks.
    pub(super) fn new() -> (Sender<Chunk<B>>, Self) {
        let (sender, chunks) = channel(QUEUED_CHUNKS);
        (sender, Self { chunks, current: None, read: 0, ended: false })
    }
}

impl<B: AsRef<[u8]>> Read for ChunkReader<B> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(current) = &self.current {
                let unread = &current.as_ref()[self.read..];
                if !unread.is_empty() {
                    let count = unread.len().min(buf.len());
                    buf[..count].copy_from_slice(&unread[..count]);
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
                // The sender was dropped before it sent the end.
                None => {
                    return Err(io::Error::new(
                        io::ErrorKind::UnexpectedEof,
                        "the download ended before the end of the file",
                    ));
                }
            };
        }
    }
}

/// Sends the chunks of a download to the reader as they arrive.
pub(super) async fn forward_chunks(
    mut file: Download,
    chunks: Sender<Chunk<Bytes>>,
) -> Result<(), digitalocean::Error> {
    while let Some(bytes) = file.chunk().await? {
        if chunks.send(Chunk::Bytes(bytes)).await.is_err() {
            // The reader has stopped; its own result has the reason.
            return Ok(());
        }
    }
    // The send fails only if the reader has stopped, and then the end is not needed.
    let _ = chunks.send(Chunk::End).await;
    Ok(())
}
