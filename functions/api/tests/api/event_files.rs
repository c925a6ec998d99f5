//! Delivers the events in `events/api/*.json` unchanged.

use std::path::PathBuf;

use serde_json::Value;

use crate::app::{Answer, App};
use crate::seed;

fn files() -> Vec<(String, Value)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events/api");
    let mut files: Vec<(String, Value)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let path = file.unwrap().path();
            let event = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            (path.file_stem().unwrap().to_string_lossy().into_owned(), event)
        })
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

#[tokio::test]
async fn every_event_file_gets_its_expected_response() {
    let app = App::start().await;
    seed::two_tenants(&app.table.table).await;
    let mut answers: Vec<(String, u16)> = Vec::new();
    for (name, event) in files() {
        let answer: Answer = app.deliver(event.clone()).await;
        if name == "duplicate" {
            // A second delivery changes nothing.
            let before = app.table.dump().await.len();
            assert_eq!(app.deliver(event).await.status, 200);
            assert_eq!(app.table.dump().await.len(), before);
        }
        answers.push((name, answer.status));
    }
    let answers: Vec<(&str, u16)> = answers.iter().map(|(name, status)| (name.as_str(), *status)).collect();
    let expected = [
        ("admin", 200),
        ("cost-lines", 200),
        ("duplicate", 201),
        ("happy", 200),
        ("malformed", 422),
        ("no-claims", 401),
        ("odd-query", 400),
    ];
    assert_eq!(answers, expected);
}
