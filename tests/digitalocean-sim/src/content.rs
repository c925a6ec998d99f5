//! The body of an answer, in memory or streamed.

use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures::{StreamExt, stream};

/// Pause before the connection is closed, long enough for the client to receive the first half of
/// the body.
const MID_BODY_PAUSE: Duration = Duration::from_millis(30);

/// The body of an answer.
pub(crate) enum Content {
    /// A body in memory, sent with its `Content-Length`.
    Buffered(Vec<u8>),
    /// A streamed body: the chunks, each produced when it is sent, and their number. It has no
    /// `Content-Length`.
    Chunks(Box<dyn Iterator<Item = Vec<u8>> + Send>, usize),
}

impl Content {
    /// Returns the first half of the body: half of the bytes, or half of the chunks.
    pub(crate) fn first_half(self) -> Self {
        match self {
            Self::Buffered(mut body) => {
                body.truncate(body.len() / 2);
                Self::Buffered(body)
            }
            Self::Chunks(chunks, count) => Self::Chunks(Box::new(chunks.take(count / 2)), count / 2),
        }
    }

    pub(crate) fn into_body(self) -> Body {
        match self {
            Self::Buffered(body) => Body::from(body),
            Self::Chunks(chunks, _) => Body::from_stream(stream::iter(chunks.map(Ok::<_, io::Error>))),
        }
    }

    /// Returns a body that fails after its first half, and the length that the complete body would
    /// have had.
    pub(crate) fn into_failing(self) -> (Body, Option<usize>) {
        let (sent, length): (Box<dyn Iterator<Item = Vec<u8>> + Send>, _) = match self {
            Self::Buffered(mut body) => {
                let length = body.len();
                body.truncate(length / 2);
                (Box::new(std::iter::once(body)), Some(length))
            }
            Self::Chunks(chunks, count) => (Box::new(chunks.take(count / 2)), None),
        };
        let failed = stream::once(async {
            tokio::time::sleep(MID_BODY_PAUSE).await;
            Err(io::Error::from(io::ErrorKind::ConnectionAborted))
        });
        (Body::from_stream(stream::iter(sent.map(|chunk| Ok(Bytes::from(chunk)))).chain(failed)), length)
    }
}
