//! The local stack: the emulator, the `DigitalOcean` simulator, the real template deployed, all on loopback.
//!
//! [`Stack::up`] brings one up; the commands of `cargo local` and the system tests are both made of it.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use local::{ApiUser, Stack, StackOptions};
//!
//! let stack = Stack::up(StackOptions { state_dir: Some("target/local-tests".into()), replace: true, ..StackOptions::default() }).await?;
//! stack.register("demo", "Demo Hosting", None).await?;
//! stack.run_all().await?;
//! let (status, droplets) = stack.call("GET", "inventory/resources?kind=droplet", None, ApiUser::Admin).await?;
//! # Ok(())
//! # }
//! ```

mod api;
mod aws;
mod billing;
mod binaries;
mod command;
mod deploy;
mod emulator;
mod functions;
mod layout;
mod process;
mod progress;
mod provider;
mod stack;
mod summary;
mod sync;
mod venv;

pub mod cli;
pub mod template;

pub use api::ApiUser;
pub use layout::StackInfo;
pub use progress::{ProgressStep, say};
pub use provider::ProviderEndpoint;
pub use stack::{Stack, StackOptions};
pub use sync::{all_complete, incomplete, is_unbilled};
