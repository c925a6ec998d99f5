//! Starts this program as a child process that serves or that runs to its end.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A child process that serves until this value is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    /// The URL at which the process listens.
    pub(crate) address: String,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Server {
    pub(crate) async fn start(arguments: &[String]) -> Result<Self> {
        let mut process = command(arguments)?.stdin(Stdio::piped()).spawn()?;
        let (Some(commands), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
            bail!("the child process has no pipes");
        };
        let mut answers = BufReader::new(stdout).lines();
        let address = answers
            .next_line()
            .await?
            .with_context(|| format!("the process {arguments:?} ended without an address"))?;
        Ok(Self { address, commands, answers, _process: process })
    }

    /// Sends a command to the process and returns the one line of its answer.
    pub(crate) async fn ask(&mut self, command_line: &str) -> Result<String> {
        self.commands.write_all(format!("{command_line}\n").as_bytes()).await?;
        self.answers.next_line().await?.context("the process ended without an answer")
    }
}

/// Runs a process to its end. Returns its log, and its last line of output, which is its result.
pub(crate) async fn run_to_end(arguments: &[String]) -> Result<(Vec<String>, String)> {
    let output = command(arguments)?.stdin(Stdio::null()).output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let result = lines.pop().unwrap_or_default();
    if !output.status.success() {
        lines.push(result);
        let last = lines.split_off(lines.len().saturating_sub(5)).join("\n");
        bail!("{} failed ({}):\n{last}", arguments.join(" "), output.status);
    }
    Ok((lines, result))
}

fn command(arguments: &[String]) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    // The size of the log is measured, so it must be what a deployed function writes, whatever the
    // caller's environment.
    command.args(arguments).env("LOG_LEVEL", "info").env_remove("LOG_FORMAT");
    command.stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
    Ok(command)
}
