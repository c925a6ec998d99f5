//! The local stack: the emulator, the `DigitalOcean` simulator, the real template deployed, all on loopback.
//!
//! [`Stack::up`] brings one up; the commands of `cargo local` and the system tests are both made of it.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use local::{As, Options, Stack};
//!
//! let stack = Stack::up(Options { state_dir: Some("target/local-tests".into()), replace: true, ..Options::default() }).await?;
//! stack.register("demo", "Demo Hosting", None).await?;
//! stack.run_all().await?;
//! let (status, droplets) = stack.call("GET", "inventory/resources?kind=droplet", None, As::Admin).await?;
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

pub use api::As;
pub use layout::Facts;
pub use progress::{Step, say};
pub use provider::Provider;
pub use stack::{Options, Stack};
pub use sync::{all_complete, incomplete, is_unbilled};
