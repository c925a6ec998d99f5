//! What a process that serves says and hears: where it listens, on standard output; a line on standard input is a question to it, and the
//! end of the input is its own.

use anyhow::Result;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines, Stdin, stdin};

/// The commands to this process.
pub(super) struct StdinCommands(Lines<BufReader<Stdin>>);

/// Says that the process serves.
pub(super) fn announce(address: &str) -> StdinCommands {
    println!("{address}");
    StdinCommands(BufReader::new(stdin()).lines())
}

impl StdinCommands {
    /// The next question; none when whoever started the process is gone.
    pub(super) async fn next(&mut self) -> Result<Option<String>> {
        Ok(self.0.next_line().await?)
    }
}
