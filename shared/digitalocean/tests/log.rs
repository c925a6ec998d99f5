//! The log lines of a call. This test is a separate binary because the subscriber is global to the
//! process.

#![expect(clippy::unwrap_used, reason = "the set-up of a test may fail the test")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use digitalocean::{Client, ClientConfig, Token};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

const TOKEN: &str = "dop_v1_5ecre7";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn the_trace_log_shows_each_attempt_and_never_the_token() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(503)).up_to_n_times(1).mount(&server).await;
    let answer = ResponseTemplate::new(200)
        .set_body_json(json!({ "account": { "uuid": "u", "status": "active" } }))
        .insert_header("x-request-id", "r-7")
        .insert_header("ratelimit-remaining", "4999");
    Mock::given(any()).respond_with(answer).mount(&server).await;

    let mut config = ClientConfig::new(Token::new(TOKEN).unwrap());
    config.base_url = Some(server.uri().parse().unwrap());
    Client::new(config).unwrap().account().get().await.unwrap();

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let client_lines: String =
        log.lines().filter(|line| line.contains(" digitalocean::")).collect::<Vec<_>>().join("\n");
    for part in [
        "DEBUG digitalocean{method=GET path=\"/v2/account\" attempt=1}",
        "status=503",
        "request failed and will be retried",
        "attempt=2",
        "status=200",
        "duration_ms=",
        "request_id=\"r-7\"",
        "remaining=4999",
    ] {
        assert!(client_lines.contains(part), "{part} is not in {client_lines}");
    }
    assert!(!client_lines.contains(TOKEN), "{client_lines}");
    // wiremock runs in the same process and logs the requests that it receives; the client's own
    // libraries must not log the token.
    for line in log.lines().filter(|line| !line.contains("wiremock")) {
        assert!(!line.contains(TOKEN), "{line}");
    }
}
