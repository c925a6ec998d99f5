//! Starting this program again, as one that serves or as one that runs to its end.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A process that serves until this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: String,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Server {
    pub(crate) async fn start(arguments: &[String]) -> Result<Self> {
        let mut process = command(arguments)?.stdin(Stdio::piped()).spawn()?;
        let (Some(commands), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
            bail!("a process without pipes");
        };
        let mut answers = BufReader::new(stdout).lines();
        let address = answers.next_line().await?.with_context(|| format!("{arguments:?} ended at once"))?;
        Ok(Self { address, commands, answers, _process: process })
    }

    /// Asks it something and waits for its one line.
    pub(crate) async fn ask(&mut self, question: &str) -> Result<String> {
        self.commands.write_all(format!("{question}\n").as_bytes()).await?;
        self.answers.next_line().await?.context("no answer")
    }
}

/// Runs a process to its end. Its last line is its result; the ones before are its log.
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
    // The log as a deployed function writes it, whatever the caller's environment says.
    command.args(arguments).env("LOG_LEVEL", "info").env_remove("LOG_FORMAT");
    command.stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
    Ok(command)
}
