//! What the engine needs of the world, as traits: the table, DigitalOcean, a doorbell, the inventory. The clock is `domain`'s.

mod bell;
mod expectations;
mod journal;
mod provider;
mod seen;
mod transition;

pub use bell::{Bell, Lane};
pub use expectations::{Announced, Expectations};
pub use journal::{Acquired, Committed, Due, Journal, JournalError, Lease, Started, Tick};
pub use provider::{
    Action, ActionStatus, Droplet, Fault, Found, Made, Provider, Read, Record, RecordFields, Snapshot, Stamp, Write,
};
pub use seen::Seen;
pub use transition::{DriveChange, Expect, PreImage, Terminal, Transition};
