//! The request budget: the requests that one DigitalOcean token allows, shared among all functions
//! through one item of the table.
//!
//! Requests are reserved in blocks. A sweep of one page therefore costs one small write, and a
//! sweep of a thousand pages a few dozen.

mod quota_window;

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure};
use chrono::{DateTime, TimeDelta, Utc};

pub use quota_window::{ObservedRateLimit, Priority, Reservation};

use crate::item::{from_item, number, to_item};
use crate::writes::{ConditionalWrite, MAX_ATTEMPTS, pause};
use crate::{Error, Table, keys};
use quota_window::QuotaWindow;

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
        let mut item = self.get(&key, true).await?;
        for attempt in 0..MAX_ATTEMPTS {
            let mut window: QuotaWindow =
                item.take().map(|item| from_item("budget", item)).transpose()?.unwrap_or_default();
            let before = window.version;
            let reservation = window.reserve(priority, wanted, observed, now);
            if matches!(reservation, Reservation::Wait(_)) {
                return Ok(reservation);
            }
            let mut updated = to_item("budget", &window, &key)?;
            updated.insert(keys::TTL.to_owned(), number((now + RETENTION).timestamp()));
            let put = Put::builder()
                .table_name(&self.name)
                .set_item(Some(updated))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            let put = match before {
                0 => put.condition_expression("attribute_not_exists(pk)"),
                _ => {
                    put.condition_expression("version = :before").expression_attribute_values(":before", number(before))
                }
            };
            match self.put(put.build()?, &key).await? {
                ConditionalWrite::Applied => return Ok(reservation),
                ConditionalWrite::ConditionFailed(current) => {
                    item = match current {
                        Some(current) => Some(current),
                        None => self.get(&key, true).await?,
                    };
                    pause(attempt).await;
                }
            }
        }
        Err(Error::Contended { what: key.to_string(), attempts: MAX_ATTEMPTS })
    }
}
