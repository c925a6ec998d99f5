//! Building the binaries that the stack runs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::process::Command;

use crate::progress::ProgressStep;
use crate::{command, layout};

/// The path of each binary of the workspace, by name.
pub(crate) type Binaries = BTreeMap<String, PathBuf>;

/// Builds the binaries with the profile and features of `cargo test`, so that the two share what is
/// compiled. The benchmark is left out: it needs an embedded DynamoDB that the stack does not.
pub(crate) async fn build() -> Result<Binaries> {
    let step = ProgressStep::begin("build the functions (the first time takes minutes)");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--workspace", "--exclude=benchmark", "--bins", "--message-format=json-render-diagnostics"])
        .current_dir(layout::workspace());
    // Cargo sets variables for the program that it runs; a cargo started by that program must not
    // inherit them.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_BIN_") {
            cargo.env_remove(name.as_ref());
        }
    }
    let built =
        command::run(&mut cargo, "", &step, |line| (!line.starts_with('{')).then(|| line.trim().to_owned())).await?;
    if !built.status.success() {
        bail!("the build failed:\n{}", built.last_lines(40));
    }
    let binaries = executables(&built.stdout);
    step.done("");
    Ok(binaries)
}

/// Returns the path of a binary by its name.
pub(crate) fn find<'a>(binaries: &'a Binaries, name: &str) -> Result<&'a PathBuf> {
    binaries.get(name).with_context(|| format!("the workspace has no binary named {name}"))
}

fn executables(messages: &[String]) -> Binaries {
    messages
        .iter()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| {
            let name = message["target"]["name"].as_str()?.to_owned();
            Some((name, PathBuf::from(message["executable"].as_str()?)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_executables_from_cargos_messages() {
        let messages = [
            r#"{"reason":"compiler-artifact","target":{"name":"api","kind":["bin"]},"executable":"/t/debug/api"}"#,
            r#"{"reason":"compiler-artifact","target":{"name":"store","kind":["lib"]},"executable":null}"#,
            r#"{"reason":"build-finished","success":true}"#,
            "warning: something",
        ];
        let found = executables(&messages.map(str::to_owned));
        assert_eq!(found, Binaries::from([("api".to_owned(), PathBuf::from("/t/debug/api"))]));
    }
}
