//! `cargo local`: see `cargo local --help`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::{Context as _, Result, bail};
use clap::Parser as _;
use local::cli::{Cli, Command, Up, caller};
use local::{Stack, all_complete, incomplete, is_unbilled, say};
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    match command(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn command(cli: Cli) -> Result<ExitCode> {
    let state_dir = cli.state_dir;
    match cli.command.unwrap_or_else(|| Command::Up(Box::default())) {
        Command::Up(options) => up(*options, state_dir).await,
        Command::Down => {
            let stopped = Stack::down(state_dir.as_deref())?;
            say(&if stopped.is_empty() {
                "nothing was up".to_owned()
            } else {
                format!("stopped: {}", stopped.join(", "))
            });
            Ok(ExitCode::SUCCESS)
        }
        Command::Status => status(state_dir.as_deref()),
        Command::Token { tenant, .. } => {
            println!("{}", Stack::open(state_dir.as_deref())?.token(&caller(tenant)).await?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Call { method, path, body, tenant } => {
            let body = body.map(|text| serde_json::from_str::<Value>(&text).context("BODY is not JSON")).transpose()?;
            let (status, answer) =
                Stack::open(state_dir.as_deref())?.call(&method, &path, body, caller(tenant)).await?;
            print(&answer)?;
            Ok(if (200..300).contains(&status) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Run { worker } => {
            let states = Stack::open(state_dir.as_deref())?.run(&worker).await?;
            print(&states.clone().into())?;
            Ok(if all_complete(&states) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

async fn up(up: Up, state_dir: Option<PathBuf>) -> Result<ExitCode> {
    let detach = up.detach;
    let options = up.options(state_dir, |variable| std::env::var(variable).ok())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let incomplete = AtomicBool::new(false);
    let work = async {
        let stack = Stack::up(options).await?;
        stack.register("demo", "Demo Hosting", None).await?;
        let mut receipts = stack.run_all().await?;
        report(&stack, &receipts).await?;
        receipts.retain(|receipt| !is_unbilled(receipt));
        if !all_complete(&receipts) {
            incomplete.store(true, Relaxed);
            say("\nNot everything was mirrored completely, see above. The stack stays up all the same.");
        }
        if detach {
            say(&format!("\nIn the background; stop it: {}", stack.command("down")));
            stack.detach();
            return Ok(());
        }
        say("\nCtrl-C stops it.");
        bail!(stack.wait_for_exit().await)
    };
    // Dropping the work drops the stack, which takes it down.
    let interrupted = tokio::select! {
        result = work => { result?; false }
        _ = tokio::signal::ctrl_c() => true,
        _ = terminate.recv() => true,
    };
    if interrupted {
        say("stopping");
    }
    Ok(match (incomplete.into_inner(), interrupted) {
        (true, _) => ExitCode::FAILURE,
        (false, true) => ExitCode::from(130),
        (false, false) => ExitCode::SUCCESS,
    })
}

async fn report(stack: &Stack, receipts: &[Value]) -> Result<()> {
    say("");
    println!("{}", stack.summary().await?);
    for line in incomplete(receipts) {
        say(&format!("not complete: {line}"));
    }
    let info = stack.info();
    say(&format!("API            {}/api/v1/health  (no token needed; openapi.json beside it)", info.api_url));
    say(&format!(
        "DigitalOcean   {}{}",
        info.digitalocean_url,
        if info.provider_writes { "" } else { "  (read only)" }
    ));
    say(&format!("AWS emulator   {}  (region {}, key and secret: test)", info.aws_endpoint, info.region));
    say(&format!("Logs           {}", stack.log().display()));
    say("\nTry, in another terminal:");
    for command in [
        "call GET 'inventory/resources?kind=droplet&limit=2'",
        "call GET 'billing/tie-out?period=2026-04-01'",
        "call GET sync",
        "run droplets",
    ] {
        say(&format!("  {}", stack.command(command)));
    }
    say(&format!("  curl -H \"Authorization: Bearer $({})\" \\", stack.command("token --admin")));
    say(&format!(
        "    -H 'Host: {}' {}/api/v1/inventory/projects",
        info.api_url.trim_start_matches("http://"),
        info.aws_endpoint
    ));
    Ok(())
}

fn status(state_dir: Option<&Path>) -> Result<ExitCode> {
    let running = Stack::running(state_dir)?;
    match Stack::open(state_dir) {
        Ok(stack) => {
            say(&format!("up: {}", running.join(", ")));
            print(&serde_json::to_value(stack.info())?)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            say(&format!("{error:#}"));
            if !running.is_empty() {
                say(&format!("still running: {}", running.join(", ")));
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

fn print(value: &Value) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
