//! Tests of valid and invalid messages.

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::{MAX_BODY_BYTES, Message, SqsMetadata};
use crate::fake;

fn sent() -> SqsMetadata {
    SqsMetadata::from(&fake::record("m-1", ""))
}

fn parse(body: &str) -> Result<Message, super::BadMessage> {
    Message::parse(body.as_bytes(), "droplets", &sent())
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn a_tick_takes_time_and_run_from_sqs_where_redeliveries_keep_them() {
    let message = parse(r#"{"v":1,"worker":"droplets","account":"*"}"#).unwrap();
    assert!(message.is_for_all_accounts());
    assert_eq!(message.scheduled_at, time("2026-04-01T00:00:00Z"));
    assert_eq!((message.run_id.as_str(), message.attempt), ("m-1", 0));
    let child = message.for_account("main");
    assert_eq!((child.account.as_str(), child.run_id.as_str()), ("main", "m-1"));
    assert!(!child.is_for_all_accounts());
}

#[test]
fn a_message_survives_being_sent() {
    let message = Message::new("droplets", "main", time("2026-04-01T00:15:00.123Z"), "7f3c");
    let message = message.with_fields(json!({"page": 3, "v": 9, "account": "other"})).unwrap();
    let received = parse(&message.to_body()).unwrap();
    assert_eq!(received.account, "main", "names of the envelope take precedence");
    assert_eq!(received.scheduled_at, message.scheduled_at);
    assert_eq!(received.fields, json!({"page": 3}).as_object().unwrap().clone());
}

#[test]
fn own_fields_are_parsed_and_an_invalid_one_is_named() {
    #[derive(Debug, Deserialize)]
    struct Ingest {
        invoice: Invoice,
    }
    #[derive(Debug, Deserialize)]
    struct Invoice {
        uuid: String,
    }
    let body = |uuid: &str| {
        format!(r#"{{"v":1,"worker":"droplets","account":"main","extra":true,"invoice":{{"uuid":{uuid}}}}}"#)
    };
    let message: Message<Ingest> = parse(&body(r#""22737513""#)).unwrap().typed().unwrap();
    assert_eq!(message.fields.invoice.uuid, "22737513");
    let error = parse(&body("7")).unwrap().typed::<Ingest>().unwrap_err();
    assert!(error.to_string().starts_with("bad message: at invoice.uuid: invalid type"), "{error}");
}

#[test]
fn fields_must_be_an_object() {
    let message = Message::new("droplets", "main", time("2026-04-01T00:00:00Z"), "r");
    assert!(message.clone().with_fields([1]).is_err());
    assert!(message.with_fields(()).is_err());
}

#[test]
fn an_invalid_message_is_refused_with_the_place() {
    let deep =
        format!(r#"{{"v":1,"worker":"droplets","account":"main","x":{}{}}}"#, "[".repeat(9_999), "]".repeat(9_999));
    let long = format!(r#"{{"v":1,"worker":"droplets","account":"main","x":"{}"}}"#, "a".repeat(MAX_BODY_BYTES));
    let cases = [
        ("", "EOF"),
        ("nonsense", "expected"),
        ("[1,2]", "expected"),
        ("null", "expected"),
        (r#""text""#, "expected"),
        (r#"{"v":1,"worker":"droplets","account":"main"} {}"#, "trailing"),
        (r#"{"worker":"droplets","account":"main"}"#, "missing field `v`"),
        (r#"{"v":1,"account":"main"}"#, "missing field `worker`"),
        (r#"{"v":1,"worker":"droplets"}"#, "missing field `account`"),
        (r#"{"v":2,"worker":"droplets","account":"main"}"#, "version 2, expected 1"),
        (r#"{"v":"1","worker":"droplets","account":"main"}"#, "at v: invalid type"),
        (r#"{"v":1,"worker":"domains","account":"main"}"#, "not this function's worker"),
        (r#"{"v":1,"worker":"droplets","account":"Main"}"#, "at account: neither"),
        (r#"{"v":1,"worker":"droplets","account":""}"#, "at account: neither"),
        (r#"{"v":1,"worker":"droplets","account":"main","attempt":-1}"#, "at attempt: invalid value"),
        (r#"{"v":1,"worker":"droplets","account":"main","attempt":null}"#, "at attempt: invalid type"),
        (r#"{"v":1,"worker":"droplets","account":"main","scheduled_at":"yesterday"}"#, "at scheduled_at"),
        (r#"{"v":1,"worker":"droplets","account":"main","run_id":""}"#, "at run_id"),
        (r#"{"v":1,"worker":"droplets","account":"main","run_id":"a b"}"#, "at run_id"),
        (r#"{"v":1,"v":1,"worker":"droplets","account":"main"}"#, "duplicate field `v`"),
        (deep.as_str(), "recursion limit"),
        (long.as_str(), "bytes, more than 262144"),
    ];
    for (body, expected) in cases {
        let error = parse(body).unwrap_err().to_string();
        assert!(error.contains(expected), "{}: {error}", &body[..body.len().min(80)]);
        assert!(error.len() < 600);
    }
}

#[test]
fn without_sqs_attributes_a_tick_has_no_time() {
    let tick = br#"{"v":1,"worker":"droplets","account":"*"}"#;
    assert!(Message::parse(tick, "droplets", &SqsMetadata::default()).is_err());
    let mut record = fake::record("m-1", "");
    for nonsense in ["", "soon", "99999999999999999", "-99999999999999999999"] {
        record.attributes.insert("SentTimestamp".to_owned(), nonsense.to_owned());
        assert_eq!(SqsMetadata::from(&record).at, None, "{nonsense}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = Message::parse(&bytes, "droplets", &sent());
    }

    #[test]
    fn no_change_to_a_good_body_panics(at in 0_usize..120, byte in any::<u8>(), cut in 0_usize..120) {
        let mut bytes = br#"{"v":1,"worker":"droplets","account":"main","scheduled_at":"2026-04-01T00:15:00Z","run_id":"7f3c","attempt":0}"#.to_vec();
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        let _ = Message::parse(&bytes, "droplets", &sent());
        bytes.truncate(cut);
        let _ = Message::parse(&bytes, "droplets", &sent());
    }

    #[test]
    fn every_message_survives_being_sent(
        account in "[a-z0-9-]{1,32}",
        run_id in "[!-~]{1,128}",
        attempt in any::<u32>(),
        milliseconds in 0_i64..4_102_444_800_000,
        text in any::<String>(),
    ) {
        let at = DateTime::from_timestamp_millis(milliseconds).unwrap();
        let mut message = Message::new("droplets", account, at, run_id).with_fields(json!({ "text": text })).unwrap();
        message.attempt = attempt;
        prop_assert_eq!(parse(&message.to_body()).unwrap(), message);
    }
}
