//! Error responses, and responses of another shape than expected.

use digitalocean::{Error, NewProject};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::server::{client, ok, received, refuse, respond_in_sequence, serve};

#[tokio::test]
async fn an_invalid_token_is_an_error_and_not_retried() {
    // The spelling that DigitalOcean has been observed to send.
    let body = json!({ "id": "Unauthorized", "message": "Unable to authenticate you" });
    let (server, client) = serve(ResponseTemplate::new(401).set_body_json(body)).await;
    let error = client.account().get().await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { .. }), "{error}");
    assert!(error.needs_new_token() && !error.is_retryable());
    assert_eq!(received(&server).await, 1);
}

#[tokio::test]
async fn a_403_names_the_scope() {
    let (server, client) = serve(refuse(403, "forbidden")).await;
    let error = client.droplets().list_all_as(|droplet| droplet).await.unwrap_err();
    assert!(error.is_not_visible() && !error.is_retryable());
    assert_eq!(
        error.to_string(),
        "GET /v2/droplets: the token is not allowed to do this (403: Something is wrong.); it needs scope droplet:read"
    );
    assert_eq!((received(&server).await, client.requests()), (1, 1));
}

#[tokio::test]
async fn a_404_may_have_no_body_and_the_request_id_in_a_header() {
    let (_server, client) = serve(ResponseTemplate::new(404).insert_header("x-request-id", "r-404")).await;
    let error = client.droplets().get(7).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    let call = error.call().unwrap();
    assert_eq!((call.path.as_str(), call.request_id.as_deref()), ("/v2/droplets/7", Some("r-404")));
}

#[tokio::test]
async fn the_error_page_of_a_proxy_gives_no_advice_about_tokens_scopes_and_what_exists() {
    for status in [401, 403, 404] {
        let page =
            ResponseTemplate::new(status).insert_header("x-request-id", "r-1").set_body_string("<html>no</html>");
        for response in [page, ResponseTemplate::new(status)] {
            let (server, client) = serve(response).await;
            let error = client.droplets().get(7).await.unwrap_err();
            assert!(matches!(error, Error::Api { id: None, .. }), "{status}: {error:?}");
            let text = error.to_string();
            assert!(!text.contains("replace it") && !text.contains("scope"), "{text}");
            assert_eq!(received(&server).await, 1);
        }
    }
}

#[tokio::test]
async fn a_long_error_page_is_quoted_in_part() {
    let page = format!("<html>{}</html>", "x".repeat(10_000));
    let (_server, client) = serve(ResponseTemplate::new(418).set_body_string(page)).await;
    let error = client.domains().get("example.com").await.unwrap_err();
    let Error::Api { status, id: None, message, .. } = &error else { panic!("{error}") };
    assert_eq!(status.as_u16(), 418);
    assert!(message.starts_with("<html>xxx") && message.chars().count() <= 301, "{message}");
}

#[tokio::test]
async fn other_errors_keep_the_error_id_the_message_and_the_request_id() {
    let body = json!({ "id": "Unprocessable_Entity", "message": "name is taken", "request_id": "r-body" });
    let answer = ResponseTemplate::new(422).insert_header("x-request-id", "r-header").set_body_json(body);
    let (_server, client) = serve(answer).await;
    let error = client.projects().create(&NewProject::new("a", "b")).await.unwrap_err();
    let Error::Api { call, status, id, message } = &error else { panic!("{error}") };
    assert_eq!(
        (status.as_u16(), id.as_deref(), message.as_str()),
        (422, Some("unprocessable_entity"), "name is taken")
    );
    assert_eq!(call.request_id.as_deref(), Some("r-body"));
    assert!(!error.may_have_been_applied() && !error.is_retryable());
}

#[tokio::test]
async fn an_error_body_under_200_is_an_error() {
    for id in ["server_error", "not_found", "forbidden"] {
        let (server, client) = serve(refuse(200, id)).await;
        for error in [
            client.domains().list().collect_all().await.unwrap_err(),
            client.domains().get("example.com").await.unwrap_err(),
        ] {
            let Error::Api { status, id: found, .. } = &error else { panic!("{error}") };
            assert_eq!((status.as_u16(), found.as_deref()), (200, Some(id)));
            // The error proves neither that the resource is absent nor anything else.
            assert!(!error.is_not_found() && !error.is_not_visible() && error.is_retryable());
        }
        assert_eq!(received(&server).await, 2);
    }
}

#[tokio::test]
async fn another_shape_is_an_error_and_never_an_empty_list() {
    let bodies = [json!({}), json!([]), json!({ "links": {}, "meta": { "total": 0 } }), json!({ "domains": "none" })];
    for body in bodies {
        let (_server, client) = serve(ok(&body)).await;
        let error = client.domains().list().collect_all().await.unwrap_err();
        assert!(matches!(error, Error::Decode { .. }) && !error.is_retryable(), "{body}: {error}");
    }
}

#[tokio::test]
async fn a_decode_error_names_the_wrong_field() {
    let project = |created_at: &str| json!({ "id": "p", "name": "n", "created_at": created_at });
    let body = json!({ "projects": [project("2018-09-27T20:10:35Z"), project("yesterday")], "meta": { "total": 2 } });
    let (server, client) = serve(ok(&body)).await;
    let error = client.projects().list().collect_all().await.unwrap_err();
    let Error::Decode { at, snippet, .. } = &error else { panic!("{error}") };
    assert_eq!(at, "projects[1].created_at");
    assert!(
        !snippet.contains("yesterday") && !error.to_string().contains("yesterday"),
        "a response may hold secrets and must not be quoted"
    );
    assert!(error.to_string().starts_with(
        "GET /v2/projects: the response does not match the documented format at `projects[1].created_at`"
    ));
    assert_eq!(received(&server).await, 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, _) = serve(ok(json!({ "account": {} }))).await;
    for status in [301, 302, 303, 307, 308] {
        let target = format!("{}/v2/account", elsewhere.uri());
        let (server, client) = serve(ResponseTemplate::new(status).insert_header("location", target.as_str())).await;
        let error = client.account().get().await.unwrap_err();
        assert!(matches!(&error, Error::Api { .. }) && error.to_string().contains("redirect"), "{error}");
        assert_eq!(received(&server).await, 1);
    }
    assert_eq!(received(&elsewhere).await, 0);
}

#[tokio::test]
async fn parameters_cannot_change_the_path() {
    let (server, _) = serve(respond_in_sequence(vec![refuse(404, "not_found")])).await;
    let client = client(&format!("{}/prefix/", server.uri()));
    let error = client.domains().get("a/../../account?x=1#y").await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert_eq!(error.call().unwrap().path, "/prefix/v2/domains/a%2F..%2F..%2Faccount%3Fx=1%23y");
    for name in ["", ".", ".."] {
        assert!(matches!(client.domains().get(name).await, Err(Error::InvalidParameter { .. })));
        assert!(matches!(client.projects().resources(name).collect_all().await, Err(Error::InvalidParameter { .. })));
    }
    assert_eq!(received(&server).await, 1);
}
