//! Test servers: wiremock for complete responses, a raw TCP server for broken connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use digitalocean::{Client, ClientConfig, RetryPolicy, Token};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::any};

pub(crate) const TOKEN: &str = "dop_v1_5ecre7";

/// A client with short waits, so that four attempts take milliseconds.
pub(crate) fn client(base_url: &str) -> Client {
    Client::new(config(base_url)).unwrap()
}

pub(crate) fn config(base_url: &str) -> ClientConfig {
    let (min_delay, max_delay) = (Duration::from_millis(1), Duration::from_millis(5));
    let mut config = ClientConfig::new(Token::new(TOKEN).unwrap());
    config.base_url = Some(base_url.parse().unwrap());
    config.retry = RetryPolicy { min_delay, max_delay, ..RetryPolicy::default() };
    config
}

/// A server that responds to every request with `respond`, and a client for it.
pub(crate) async fn serve(respond: impl Respond + 'static) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(respond).mount(&server).await;
    let client = client(&server.uri());
    (server, client)
}

/// Responds to the n-th request with the n-th response, and to every later one with the last.
pub(crate) fn respond_in_sequence(responses: Vec<ResponseTemplate>) -> impl Respond {
    let next = AtomicUsize::new(0);
    move |_: &Request| {
        let index = next.fetch_add(1, Ordering::SeqCst).min(responses.len() - 1);
        responses[index].clone()
    }
}

pub(crate) fn ok(body: impl serde::Serialize) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

pub(crate) fn refuse(status: u16, id: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({ "id": id, "message": "Something is wrong." }))
}

/// Number of requests that reached the server.
pub(crate) async fn received(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

pub(crate) fn query(request: &Request, name: &str) -> Option<String> {
    request.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

pub(crate) fn page_number(request: &Request) -> usize {
    query(request, "page").map_or(1, |page| page.parse().unwrap())
}

pub(crate) fn domain(name: &str) -> Value {
    json!({ "name": name, "ttl": 1800, "zone_file": null })
}

/// A page of domains; `next` is put into `links.pages`.
pub(crate) fn domains(names: &[&str], total: usize, next: Option<String>) -> Value {
    let names: Vec<Value> = names.iter().map(|name| domain(name)).collect();
    let pages = next.map_or_else(|| json!({}), |next| json!({ "next": next }));
    json!({ "domains": names, "links": { "pages": pages }, "meta": { "total": total } })
}

pub(crate) fn next_page_url(request: &Request) -> Option<String> {
    let origin = request.url.origin().ascii_serialization();
    let host = request.headers.get("host").map_or(origin, |host| format!("http://{}", host.to_str().unwrap()));
    Some(format!("{host}{}?page={}", request.url.path(), page_number(request) + 1))
}

/// A server that reads each request, sends the next of `answers` unchanged and closes the
/// connection. Returns its URL and a counter of requests.
pub(crate) async fn raw_server(answers: Vec<String>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                let mut piece = [0; 1024];
                match stream.read(&mut piece).await {
                    Ok(0) | Err(_) => break,
                    Ok(length) => request.extend_from_slice(&piece[..length]),
                }
            }
            let index = counter.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            stream.write_all(answers[index].as_bytes()).await.ok();
            stream.shutdown().await.ok();
        }
    });
    (url, count)
}

/// An HTTP response whose header announces `length` bytes.
pub(crate) fn with_content_length(length: usize, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}
