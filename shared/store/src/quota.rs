//! The quota of a token: the requests that DigitalOcean allows it, shared among all functions
//! through one item of the table.
//!
//! Requests are reserved in blocks. A sweep of one page therefore costs one small write, and a
//! sweep of a thousand pages a few dozen.

use std::ops::ControlFlow;

use chrono::{DateTime, TimeDelta, Utc};

use crate::item::{number, to_item};
use crate::quota_window::{ObservedRateLimit, Priority, QuotaWindow, Reservation};
use crate::retry::retry_on_conflict;
use crate::{Error, Table, keys};

/// How long the quota window of a token is kept after its last use.
const RETENTION: TimeDelta = TimeDelta::days(1);

impl Table {
    /// Reserves up to `wanted` requests of a token for a priority. `token_id` is a digest of the
    /// token, never the token itself; `observed` is the latest rate limit that DigitalOcean
    /// reported.
    ///
    /// # Errors
    /// Fails when the table cannot be read or written, or when other functions kept changing the
    /// window.
    pub async fn reserve_requests(
        &self,
        token_id: &str,
        priority: Priority,
        wanted: u32,
        observed: Option<ObservedRateLimit>,
        now: DateTime<Utc>,
    ) -> Result<Reservation, Error> {
        let key = keys::budget(token_id);
        let reserved = retry_on_conflict((), async |()| {
            let mut window: QuotaWindow = self.record("budget", &key).await?.unwrap_or_default();
            let before = Some(window.version).filter(|version| *version > 0);
            let reservation = window.reserve(priority, wanted, observed, now);
            if matches!(reservation, Reservation::Wait(_)) {
                return Ok(ControlFlow::Break(reservation));
            }
            let mut item = to_item("budget", &window, &key)?;
            item.insert(keys::TTL.to_owned(), number((now + RETENTION).timestamp()));
            let written = self.put(self.put_at(item, before)?, &key).await?;
            let is_written = written.is_applied();
            Ok::<_, Error>(if is_written { ControlFlow::Break(reservation) } else { ControlFlow::Continue(()) })
        });
        reserved.await?.break_value().ok_or_else(|| Error::contended(&key))
    }
}
