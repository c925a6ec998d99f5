#![doc = include_str!("../README.md")]

mod api;
mod aws;
mod billing;
mod binaries;
mod command;
mod deploy;
mod emulator;
mod functions;
mod layout;
mod options;
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
pub use options::StackOptions;
pub use progress::{ProgressStep, say};
pub use provider::ProviderEndpoint;
pub use stack::Stack;
pub use sync::{all_complete, incomplete, is_unbilled};
