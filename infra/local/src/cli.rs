//! The command line of `cargo local`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{ArgAction, Args, Parser, Subcommand};
use reqwest::Url;
use secrecy::SecretString;

use crate::{ApiUser, ProviderEndpoint, StackOptions};

/// Root of the real DigitalOcean API.
const LIVE: &str = "https://api.digitalocean.com";

/// Runs Arcadia Cloud on this machine: the real template, deployed to an AWS emulator, mirroring a
/// DigitalOcean account.
#[derive(Debug, Parser)]
#[command(
    name = "cargo local",
    bin_name = "cargo local",
    version,
    after_help = "\
Without a command it is `up`. Needs Rust and Python 3.10 to 3.14; everything else it installs below target/.

  cargo local                                     everything, until Ctrl-C
  cargo local up --detach                         the same in the background
  cargo local call GET 'inventory/resources?kind=droplet'
  cargo local call PATCH inventory/projects/demo/<id> '{\"tenant_id\":\"acme\"}'
  cargo local call GET inventory/resources --tenant acme
  cargo local run droplets                        one sync, now
  cargo local down"
)]
pub struct Cli {
    /// Where the stack keeps its state and logs; a second stack needs another place [default:
    /// target/local]
    #[arg(long, global = true, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// The command to run
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands of `cargo local`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build, start and deploy everything, mirror the account and show what was found
    Up(Box<Up>),
    /// Stop what `up` started, and nothing else
    Down,
    /// Show whether the stack is up and where to reach it; exit code 1 if it is not, or not all of
    /// it
    Status,
    /// Print an ID token for the API
    #[command(group = clap::ArgGroup::new("who").required(true))]
    Token {
        /// For an administrator: a member of the group `platform_admin`
        #[arg(long, group = "who")]
        admin: bool,
        /// For a user of this tenant, created if need be
        #[arg(long, value_name = "TENANT", group = "who")]
        tenant: Option<String>,
    },
    /// Call the API and print the JSON body, whatever the status; exit code 0 for 2xx, else 1
    Call {
        /// The HTTP method: GET, POST, PATCH ...
        method: String,
        /// The path, such as /api/v1/sync, or sync for short
        path: String,
        /// The body of the request, as JSON
        body: Option<String>,
        /// Call as a user of this tenant rather than as the admin
        #[arg(long, value_name = "TENANT")]
        tenant: Option<String>,
    },
    /// Run a worker for every account, wait for it and print its sync states; exit code 0 if all
    /// are complete, else 1
    Run {
        /// The worker's name, such as droplets
        worker: String,
    },
}

/// The options of the command `up`.
#[derive(Debug, Args, Default)]
pub struct Up {
    /// Return once everything is up and mirrored; exit code 1 if something was not;
    /// `cargo local down` stops it
    #[arg(long)]
    pub detach: bool,
    /// The AWS emulator's port [default: any free one]
    #[arg(long)]
    pub port: Option<u16>,
    /// Mirror this DigitalOcean endpoint rather than the simulator; needs --token-env
    #[arg(long, value_name = "URL", requires = "token_env", group = "endpoint")]
    pub digitalocean_url: Option<String>,
    /// The environment variable with the token.
    #[arg(
        long,
        help = "The environment variable with the token [default with --live: DIGITALOCEAN_TOKEN]",
        value_name = "VAR"
    )]
    pub token_env: Option<String>,
    /// Mirror the real DigitalOcean; nothing is written there without --allow-writes
    #[arg(long, group = "endpoint")]
    pub live: bool,
    /// Allow writes at the real DigitalOcean, such as creating the internal project; other
    /// endpoints always allow them
    #[arg(long, requires = "endpoint", action = ArgAction::SetTrue)]
    pub allow_writes: bool,
    /// The least time between two strikes against a missing resource [default: half of the worker's
    /// cadence]
    #[arg(long, value_name = "SECONDS")]
    pub strike_interval: Option<u32>,
    /// Disable the schedules; otherwise one worker runs every minute, most every 15 minutes
    #[arg(long)]
    pub no_schedules: bool,
    /// The tracing filter of the functions
    #[arg(long, value_name = "FILTER", default_value = "info")]
    pub log_level: Option<String>,
}

impl Up {
    /// Converts the arguments into the options of a stack. `environment` returns the value of an
    /// environment variable.
    ///
    /// # Errors
    /// When the token is not in the environment, or the endpoint is no URL.
    pub fn options(
        self,
        state_dir: Option<PathBuf>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<StackOptions> {
        let token = |default: Option<&str>| {
            let variable = self.token_env.as_deref().or(default).context("--token-env is missing")?;
            let token = environment(variable).filter(|token| !token.trim().is_empty());
            token.map(|token| SecretString::from(token.trim())).with_context(|| {
                format!("the environment variable {variable} has no token; set it: export {variable}=dop_v1_...")
            })
        };
        let provider = match (&self.digitalocean_url, self.live) {
            (None, false) if self.token_env.is_some() => bail!("--token-env goes with --digitalocean-url or --live"),
            (None, false) => ProviderEndpoint::Simulator,
            (None, true) => ProviderEndpoint::External {
                url: LIVE.to_owned(),
                token: token(Some("DIGITALOCEAN_TOKEN"))?,
                writes: self.allow_writes,
            },
            (Some(url), _) => {
                // The real endpoint may be named by its URL as well as by --live.
                let writes = self.allow_writes || !is_live(url)?;
                ProviderEndpoint::External { url: url.clone(), token: token(None)?, writes }
            }
        };
        Ok(StackOptions {
            state_dir,
            port: self.port,
            provider,
            strike_interval: self.strike_interval,
            schedules: !self.no_schedules,
            log_level: self.log_level.unwrap_or_else(|| "info".to_owned()),
            detach: self.detach,
            replace: false,
        })
    }
}

/// Returns whether a URL is the real DigitalOcean, judged by its host.
fn is_live(url: &str) -> Result<bool> {
    let parsed = Url::parse(url).ok().filter(|parsed| ["http", "https"].contains(&parsed.scheme()));
    let host = parsed.as_ref().and_then(Url::host_str).with_context(|| {
        format!("--digitalocean-url takes a URL such as https://api.example.com or http://127.0.0.1:8080, not {url:?}")
    })?;
    let live = LIVE.trim_start_matches("https://");
    // A host name may end in a dot, which stands for the DNS root.
    Ok(host.strip_suffix('.').unwrap_or(host).eq_ignore_ascii_case(live))
}

/// Returns the admin, or a user of that tenant where one is given.
#[must_use]
pub fn caller(tenant: Option<String>) -> ApiUser {
    tenant.map_or(ApiUser::Admin, ApiUser::Tenant)
}

#[cfg(test)]
#[path = "cli_tests.rs"]
mod tests;
