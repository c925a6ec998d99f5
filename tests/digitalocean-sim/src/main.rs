//! Command line of the simulator as a process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{fs, io};

use clap::Parser;
use digitalocean_sim::{Seed, Simulator};
use tokio::signal::unix::{SignalKind, signal};

/// A stateful `DigitalOcean` API v2 simulator.
///
/// Prints its URL as one line once it serves requests, and runs until SIGTERM or Ctrl-C. The API is
/// below /v2. The endpoints that control the simulator (state, faults, requests, latency, clock)
/// are below /_sim and described in the package's README.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Address and port to listen on; port 0 selects a free port
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    listen: SocketAddr,

    /// File with the initial state as JSON; the default is the demo account (tokens
    /// `dop_v1_demo_sync` and `dop_v1_demo_narrow`)
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,

    /// File to write the port number to once the simulator serves requests
    #[arg(long, value_name = "FILE")]
    port_file: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("digitalocean-sim: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Box<dyn std::error::Error>> {
    let seed = match &args.seed {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            Seed::from_json(&text).map_err(|error| format!("{}: {error}", path.display()))?
        }
        None => Seed::demo(),
    };
    let mut terminated = signal(SignalKind::terminate())?;
    let simulator = Simulator::builder().listen(args.listen).seed(seed).start().await?;
    if let Some(path) = &args.port_file {
        write_atomically(path, simulator.base_url().rsplit(':').next().unwrap_or_default())
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    println!("{}", simulator.base_url());
    tokio::select! {
        _ = terminated.recv() => {}
        done = tokio::signal::ctrl_c() => done?,
    }
    Ok(simulator.stop().await?)
}

/// Writes a file atomically, so that a process that waits for the file never reads a part of it.
fn write_atomically(path: &std::path::Path, text: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, text)?;
    fs::rename(part, path)
}
