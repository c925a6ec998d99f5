//! The token is sent to the base URL in one header, and nowhere else.

use std::error::Error as _;

use digitalocean::{Client, ClientConfig, Error, NewProject, Token};
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::server::{TOKEN, client, ok, received, serve};

/// Everything that a log could print of an error.
fn printed(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!("{cause} {cause:?}"));
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn no_error_contains_the_token_even_when_the_server_echoes_it() {
    for status in [200, 301, 400, 401, 403, 404, 412, 422, 429, 500, 503] {
        for shape in 0..4 {
            let (_server, client) = serve(move |request: &Request| {
                let echo = request.headers.get("authorization").unwrap().to_str().unwrap().to_owned();
                let answer = ResponseTemplate::new(status).insert_header("x-request-id", echo.as_str());
                match shape {
                    0 => answer.set_body_json(json!({ "id": echo, "message": echo, "request_id": echo })),
                    1 => answer.set_body_json(json!({ "account": echo, "project": echo, "domains": [echo] })),
                    2 => answer.set_body_json(json!({ "account": { "uuid": 1, "status": echo } })),
                    _ => answer.set_body_string(format!("<html>{echo}")),
                }
            })
            .await;
            for error in [
                client.account().get().await.unwrap_err(),
                client.projects().create(&NewProject::new("a", "b")).await.unwrap_err(),
                client.domains().list().collect_all().await.unwrap_err(),
            ] {
                assert!(!printed(&error).contains(TOKEN), "{status} {shape}: {error:?}");
            }
        }
    }
}

#[tokio::test]
async fn transport_errors_do_not_contain_the_token() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = client(&format!("http://{free}"));
    let error = client.domains().list().collect_all().await.unwrap_err();
    let text = printed(&error);
    assert!(!text.contains(TOKEN) && !text.contains("per_page"), "{text}");
    assert!(!format!("{client:?} {:?}", client.domains().list()).contains(TOKEN));
}

#[test]
fn plain_http_is_refused_before_anything_is_sent() {
    for url in ["http://api.digitalocean.com", "http://192.168.1.10:4010", "http://localhost.example.com"] {
        let mut config = ClientConfig::new(Token::new(TOKEN).unwrap());
        config.base_url = Some(url.parse().unwrap());
        assert!(!format!("{config:?}").contains(TOKEN));
        let error = Client::new(config).unwrap_err();
        assert!(matches!(error, Error::InsecureBaseUrl { .. }) && error.to_string().contains("use https"), "{error}");
        assert!(!printed(&error).contains(TOKEN));
    }
}

#[tokio::test]
async fn localhost_names_resolve_to_this_machine() {
    let (server, _) = serve(ok(json!({ "account": { "uuid": "u", "status": "active" } }))).await;
    let port = server.address().port();
    for host in ["localhost", "digitalocean.localhost"] {
        let account = client(&format!("http://{host}:{port}")).account().get().await.unwrap();
        assert_eq!(account.uuid, "u");
    }
    assert_eq!(received(&server).await, 2);
}
