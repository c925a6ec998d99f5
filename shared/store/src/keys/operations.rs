//! The keys of request quotas and of the audit trail.

use chrono::{DateTime, Utc};

use super::key::{Key, time};

/// The key that is read to open the connection; no item has it.
pub fn warm_up() -> Key {
    Key::new("WARM-UP", "WARM-UP")
}

/// The key of the request quota of one token; `token_id` is the token's digest.
pub fn budget(token_id: &str) -> Key {
    Key::new(format!("BUDGET#{token_id}"), "BUDGET")
}

/// The key of an audit entry of an action through the API. Entries are partitioned by month.
pub fn audit(at: DateTime<Utc>, id: &str) -> Key {
    Key::new(format!("AUDIT#{}", at.format("%Y-%m")), format!("{}#{id}", time(at)))
}
