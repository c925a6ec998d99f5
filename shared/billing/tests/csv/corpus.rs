//! Tests that every malformed CSV of the corpus gives the error in the file of the same name.

use std::fs;
use std::path::{Path, PathBuf};

use super::read;

fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "csv")).collect();
    files.sort();
    files
}

#[test]
fn every_malformed_csv_has_its_error() {
    let files = corpus();
    assert!(files.len() > 25, "{} files", files.len());
    for path in files {
        let name = path.file_stem().unwrap().display();
        let expected = fs::read_to_string(path.with_extension("error")).unwrap();
        let error = read(&fs::read(&path).unwrap()).expect_err(&name.to_string());
        assert_eq!(error.to_string(), expected.trim_end(), "{name}");
    }
}
