//! Downloads: in chunks, complete or with an error, and retried only until the first bytes have
//! been returned.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use digitalocean::{Client, Download, Error, TransportKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::ResponseTemplate;

use crate::server::{client, config, raw_server, received, refuse, respond_in_sequence, serve};

const CSV: &str = "product,description,USD\nDroplets,web,$6.00\n";

async fn download(client: &Client) -> Result<Download, Error> {
    client.billing().invoice_csv("22737513-0ea7-4206-8ceb-98a575af7681").await
}

/// Reads up to the end of the file or the first error.
async fn drain(file: &mut Download) -> (String, Option<Error>) {
    let mut text = Vec::new();
    loop {
        match file.chunk().await {
            Ok(Some(chunk)) => text.extend_from_slice(&chunk),
            Ok(None) => return (String::from_utf8(text).unwrap(), None),
            Err(error) => return (String::from_utf8(text).unwrap(), Some(error)),
        }
    }
}

fn response_head(framing: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\nconnection: close\r\n{framing}\r\n\r\n")
}

fn with_length(length: usize, body: &str) -> String {
    response_head(&format!("content-length: {length}")) + body
}

fn chunked(pieces: &[&str]) -> String {
    let pieces = pieces.iter().map(|piece| format!("{:x}\r\n{piece}\r\n", piece.len()));
    response_head("transfer-encoding: chunked") + &pieces.collect::<String>()
}

#[tokio::test]
async fn a_file_is_read_with_a_content_length_and_in_chunks() {
    let (one, two) = CSV.split_at(20);
    for answer in [with_length(CSV.len(), CSV), chunked(&[one, two, ""]), chunked(&[""]), with_length(0, "")] {
        let expected = if answer.contains("Droplets") { CSV } else { "" };
        let (url, _) = raw_server(vec![answer]).await;
        let mut file = download(&client(&url)).await.unwrap();
        let (text, error) = drain(&mut file).await;
        assert_eq!((text.as_str(), error.is_none()), (expected, true));
        assert_eq!(file.chunk().await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_failure_before_the_first_bytes_is_retried() {
    let complete = with_length(CSV.len(), CSV);
    for broken in [String::new(), with_length(CSV.len(), ""), chunked(&[]), "HTTP/1.1 200 O".to_owned()] {
        let (url, count) = raw_server(vec![broken.clone(), complete.clone()]).await;
        let client = client(&url);
        let (text, error) = drain(&mut download(&client).await.unwrap()).await;
        assert_eq!((text.as_str(), error.is_none()), (CSV, true), "{broken:?}");
        assert_eq!((count.load(Ordering::SeqCst), client.requests()), (2, 2), "{broken:?}");
    }
    let csv = ResponseTemplate::new(200).set_body_raw(CSV, "text/csv");
    let (server, client) =
        serve(respond_in_sequence(vec![ResponseTemplate::new(503), refuse(500, "server_error"), csv])).await;
    assert_eq!(drain(&mut download(&client).await.unwrap()).await.0, CSV);
    assert_eq!(received(&server).await, 3);
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(request.url.path(), "/v2/customers/my/invoices/22737513-0ea7-4206-8ceb-98a575af7681/csv");
}

#[tokio::test]
async fn a_file_that_breaks_off_ends_with_an_error_and_is_not_requested_again() {
    let part = &CSV[..30];
    for broken in [with_length(CSV.len(), part), chunked(&[part]), chunked(&[part]) + "a\r\nDrop"] {
        let (url, count) = raw_server(vec![broken.clone()]).await;
        let mut file = download(&client(&url)).await.unwrap();
        let (text, error) = drain(&mut file).await;
        assert!(text.starts_with(part) && text.len() < CSV.len(), "{text}");
        let error = error.unwrap();
        assert!(matches!(error, Error::Transport { kind: TransportKind::Body, attempts: 1, .. }), "{error:?}");
        assert!(error.is_retryable());
        // After the error there is no end of file that could be taken for the real one.
        assert!(matches!(file.chunk().await.unwrap_err(), Error::Transport { .. }));
        assert!(matches!(file.chunk().await.unwrap_err(), Error::Transport { .. }));
        assert_eq!(count.load(Ordering::SeqCst), 1, "{broken:?}");
    }
}

#[tokio::test]
async fn an_error_response_is_not_a_file() {
    let json = |body: &str| ResponseTemplate::new(200).set_body_raw(body.to_owned(), "application/json; charset=utf-8");
    let cases = [
        (refuse(404, "not_found"), "not found"),
        (refuse(403, "forbidden"), "billing:read"),
        (refuse(429, "too_many_requests"), "rate limited"),
        (json(r#"{"id":"server_error","message":"Oops"}"#), "Oops"),
        (json(r#"{"invoice_items":[]}"#), "JSON, not quoted"),
    ];
    for (answer, part) in cases {
        let (server, client) = serve(answer).await;
        let error = download(&client).await.unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert_eq!(received(&server).await, 1);
    }
}

/// A server that sends `answer` and then neither more bytes nor the end of the connection.
async fn stalling(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut open_streams = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
            stream.write_all(answer.as_bytes()).await.unwrap();
            open_streams.push(stream);
        }
    });
    url
}

#[tokio::test]
async fn a_file_that_stalls_ends_at_the_attempt_timeout_or_at_the_deadline() {
    for (arrived, attempts) in [("", 4), (&CSV[..30], 1)] {
        let url = stalling(with_length(CSV.len(), arrived)).await;
        let mut config = config(&url);
        config.attempt_timeout = Duration::from_millis(100);
        let error = match download(&Client::new(config).unwrap()).await {
            Ok(mut file) => drain(&mut file).await.1.unwrap(),
            Err(error) => error,
        };
        let Error::Transport { kind: TransportKind::Timeout, attempts: made, .. } = error else { panic!("{error:?}") };
        assert_eq!(made, attempts);

        let started = Instant::now();
        let client = client(&url).with_deadline(Some(Instant::now() + Duration::from_millis(150)));
        let error = match download(&client).await {
            Ok(mut file) => drain(&mut file).await.1.unwrap(),
            Err(error) => error,
        };
        assert!(matches!(error, Error::DeadlineExceeded { sent: true, .. }), "{error:?}");
        assert!(started.elapsed() < Duration::from_secs(5));
        assert!(matches!(download(&client).await.unwrap_err(), Error::DeadlineExceeded { sent: false, .. }));
    }
}
