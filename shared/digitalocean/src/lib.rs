//! A client of the [DigitalOcean API v2](https://docs.digitalocean.com/reference/api/digitalocean/): typed, paged, rate-limit aware.
//!
//! * A list is read as a whole or not at all: [`Pages::collect_all`] never returns a part as if it were everything.
//! * A POST or PATCH is sent once. GET, PUT and DELETE are repeated on failures that pass, within a [`Deadline`].
//! * A rate limit that cannot be waited out before the deadline is returned as [`Error::RateLimited`] with the time to come back.
//! * A [`Token`] is never printed, never sent in the clear over a network, and never sent to another origin.
//!
//! ```no_run
//! use digitalocean::{Client, Config, Deadline, Token};
//!
//! # async fn example() -> Result<(), digitalocean::Error> {
//! let client = Client::new(Config::new(Token::new("dop_v1_...")?))?;
//! let client = client.with_deadline(Deadline::after(std::time::Duration::from_secs(60)));
//! match client.droplets().list_all().await {
//!     Ok(droplets) => println!("{} droplets in {} requests", droplets.items.len(), droplets.requests),
//!     Err(error) if error.is_not_visible() => println!("the token does not see droplets: {error}"),
//!     Err(error) if error.is_retryable() => println!("come back at {:?}: {error}", error.retry_at()),
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Each area of the API is a file and a method of [`Client`]: [`Client::account`], [`Client::droplets`], [`Client::domains`],
//! [`Client::projects`].

pub mod account;
mod client;
mod config;
mod deadline;
pub mod domains;
pub mod droplets;
mod envelope;
mod error;
mod links;
mod open_enum;
mod operation;
mod pages;
pub mod projects;
mod rate_limit;
mod request;
mod retry;
mod token;
mod tolerant;
mod urn;
mod walk;

pub use account::{Account, AccountStatus};
pub use client::Client;
pub use config::{Config, DEFAULT_BASE_URL, TlsRoots};
pub use deadline::Deadline;
pub use domains::Domain;
pub use droplets::{Droplet, DropletStatus, DropletType};
pub use error::{Call, Error, TransportKind};
pub use links::PageLinkError;
pub use pages::{ListItem, Listing, Pages};
pub use projects::{Environment, NewProject, Project, ProjectResource, ResourceStatus};
pub use rate_limit::{LimitKind, RateLimit};
pub use retry::RetryPolicy;
pub use token::Token;
pub use urn::Urn;
