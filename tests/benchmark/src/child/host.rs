//! The protocol of a process that serves: it prints its address on standard output, each line on
//! standard input is a command, and the end of the input ends the process.

use anyhow::Result;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines, Stdin, stdin};

/// The commands to this process, a line each.
pub(super) struct StdinCommands(Lines<BufReader<Stdin>>);

/// Prints the address of the process, which tells the parent that it serves now.
pub(super) fn announce(address: &str) -> StdinCommands {
    println!("{address}");
    StdinCommands(BufReader::new(stdin()).lines())
}

impl StdinCommands {
    /// Returns the next command; none when the parent process has ended.
    pub(super) async fn next(&mut self) -> Result<Option<String>> {
        Ok(self.0.next_line().await?)
    }
}
