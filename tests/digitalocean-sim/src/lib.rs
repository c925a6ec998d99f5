//! A stateful `DigitalOcean` API v2 simulator.
//!
//! It answers as DO does, stores the changes that it receives, refuses requests and fails on
//! demand, and logs every request. In a test it runs as a task:
//!
//! ```no_run
//! # async fn example() -> Result<(), digitalocean_sim::StartError> {
//! use digitalocean_sim::{Droplet, Effect, Fault, RequestFilter, Seed, Simulator};
//!
//! let sim = Simulator::start(Seed::demo()).await?;
//! let demo = sim.account("demo");
//! let id = demo.add_droplet(Droplet::named("web-9").size("s-2vcpu-4gb"));
//! sim.faults().add(Fault::on("/v2/droplets*", Effect::status(503)).times(2));
//! // ... point a client at sim.base_url() with demo.token("sync") ...
//! assert_eq!(sim.requests().count(&RequestFilter::path("/v2/droplets")), 3);
//! demo.remove_droplet(id);
//! # Ok(())
//! # }
//! ```
//!
//! As a process it is the binary `digitalocean-sim`, which is controlled over HTTP under `/_sim`
//! (see the README).
//!
//! An endpoint family is a row of `endpoints/plain.rs`, or one file in `endpoints` and one line of
//! its table. Seeds, admin paths, the request log and the contract test are derived from both.
//!
//! No module imports one above it, in this order: the words of requests and answers; `model`, an
//! account that knows no kind of object by name; `call` and `route`; `endpoints` with the kinds;
//! what reads their tables (`routing`, `rules`, `seed`); `state`; `perform`, which executes a
//! request; `due`; `shared`, the state behind a lock; `dispatch`, `admin`, `handles`; `simulator`.

mod admin;
mod answer;
mod billing;
mod call;
mod clock;
mod comparable;
mod consistency;
mod content;
mod dispatch;
mod due;
mod endpoints;
mod error;
mod faults;
mod handles;
mod latency;
mod limits;
mod model;
mod paging;
mod path_pattern;
mod perform;
mod request;
mod request_log;
mod route;
mod routing;
mod rules;
mod scopes;
mod seed;
mod shared;
mod simulator;
mod state;
mod wire;

pub use clock::Clock;
pub use consistency::{ConsistencySettings, ListLag};
pub use endpoints::droplets::Droplet;
pub use endpoints::plain::{PlainInfo, plain_endpoints};
pub use endpoints::projects::Project;
pub use faults::{CutPoint, Effect, Fault, LimitKind, ListChange, Times};
pub use handles::{Account, Faults, Requests};
pub use latency::Latency;
pub use limits::Limits;
pub use request_log::{LogEntry, RequestFilter};
pub use routing::{RouteInfo, routes};
pub use scopes::{MissingScope, Scopes, Token};
pub use seed::{AccountSeed, Seed, SeedError};
pub use simulator::{Builder, Simulator, StartError};
