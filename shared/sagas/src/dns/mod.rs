//! DNS records in one normal form.
//!
//! DigitalOcean takes host names with a final dot and shows them without, shows the zone itself as
//! `@`, turns all data but texts into lower case, and keeps one time to live for all records of a
//! name and type. <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records>

mod announce;
mod attempts;
mod name;
mod record_history;
mod record_type;
mod recover;
mod restore;
mod rrset;
mod value;

pub use announce::send;
pub use attempts::RecordAttempts;
pub use name::{Name, Zone, host_of_input, host_shown};
pub use record_history::{RecordHistory, await_earlier_writes};
pub use record_type::RecordType;
pub use recover::recover;
pub use restore::restored;
pub use rrset::{Identity, RecordEntry, RecordSet, RecordSetPreImage};
pub use value::{Parts, Value, fields_to_restore, fields_to_send};

/// The time to live of a record without a requested one and without siblings, in seconds.
pub const DEFAULT_TTL: u32 = 1800;
/// The least time to live that DigitalOcean accepts, in seconds.
pub const LEAST_TTL: u32 = 30;
/// The greatest time to live that DNS allows, in seconds (RFC 2181, section 8).
pub const GREATEST_TTL: u32 = 2_147_483_647;
