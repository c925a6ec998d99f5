//! Running a command to its end while its output shows the progress.

use std::process::{ExitStatus, Stdio};

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use crate::progress::ProgressStep;

/// The exit status and the output of a command.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<String>,
    pub(crate) stderr: Vec<String>,
}

impl CommandOutput {
    /// Returns the last lines of standard error or, if it is empty, of standard output.
    pub(crate) fn last_lines(&self, count: usize) -> String {
        let lines = if self.stderr.is_empty() { &self.stdout } else { &self.stderr };
        lines[lines.len().saturating_sub(count)..].join("\n")
    }
}

/// Runs `command` with `input` on its standard input. Each line that the command prints is passed
/// to `detail`; where that returns a text, the step shows it.
pub(crate) async fn run(
    command: &mut Command,
    input: &str,
    step: &ProgressStep,
    detail: impl Fn(&str) -> Option<String>,
) -> Result<CommandOutput> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // A command that exits before it has read all input prints the reason itself.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
    };
    let show = |line: &str| {
        if let Some(text) = detail(line) {
            step.detail(&text);
        }
    };
    let (status, stdout, stderr, ()) = tokio::join!(child.wait(), lines(stdout, &show), lines(stderr, &show), feed);
    Ok(CommandOutput { status: status.with_context(|| format!("cannot wait for {program}"))?, stdout, stderr })
}

async fn lines(source: Option<impl AsyncRead + Unpin>, show: &impl Fn(&str)) -> Vec<String> {
    let mut kept = Vec::new();
    let Some(source) = source else { return kept };
    let mut lines = BufReader::new(source).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        show(&line);
        kept.push(line);
    }
    kept
}
