//! A priority's share of a token's rate limit: requests are reserved from the table in blocks and
//! used up one by one.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::{Denied, RateLimit, RequestLimiter};
use domain::{Clock, error_chain};
use futures::FutureExt;
use futures::future::BoxFuture;
use store::{ObservedRateLimit, Priority, Reservation, Table};
use tokio::sync::Mutex;

/// The size of the first block: as many requests as a sweep of one or two pages takes. Each further
/// block is twice as large as the one before, up to [`LARGEST_BLOCK`].
const FIRST_BLOCK: u32 = 4;
/// The largest block that is reserved at once.
const LARGEST_BLOCK: u32 = 64;
/// Blocks grow only if the one before was used up within this time, because part of a larger one
/// would never be used.
const BLOCK_GROWTH_WINDOW: TimeDelta = TimeDelta::minutes(1);
/// The time after which unused requests of a block are given up, because a reservation counts in
/// the minute in which it was made.
const BLOCK_TTL: TimeDelta = TimeDelta::minutes(5);

/// The quota of one priority for one token.
#[derive(Debug)]
pub struct QuotaClient {
    table: Table,
    token_id: String,
    priority: Priority,
    clock: Arc<dyn Clock>,
    block: Mutex<Block>,
}

/// A block of reserved requests.
#[derive(Debug, Clone, Copy)]
struct Block {
    left: u32,
    reserved_at: DateTime<Utc>,
    /// The number of requests that were asked for.
    requested: u32,
}

impl Block {
    /// Returns the size of the next block, once this one is used up or given up.
    fn next_size(&self, now: DateTime<Utc>) -> u32 {
        match now - self.reserved_at {
            lasted if lasted >= BLOCK_TTL => FIRST_BLOCK,
            lasted if lasted >= BLOCK_GROWTH_WINDOW => self.requested,
            _ => (self.requested * 2).min(LARGEST_BLOCK),
        }
    }
}

impl QuotaClient {
    /// Creates the quota of a priority for a token, with nothing reserved yet. `token_id` is a
    /// digest of the token.
    #[must_use]
    pub fn new(table: Table, token_id: &str, priority: Priority, clock: Arc<dyn Clock>) -> Self {
        let block = Mutex::new(Block { left: 0, reserved_at: DateTime::UNIX_EPOCH, requested: FIRST_BLOCK });
        Self { table, token_id: token_id.to_owned(), priority, clock, block }
    }

    async fn take(&self, seen: Option<RateLimit>) -> Result<(), Denied> {
        // The lock is held during the reservation, so that of several concurrent requests only one
        // reserves, for all of them.
        let mut block = self.block.lock().await;
        let now = self.clock.now();
        if block.left > 0 && now < block.reserved_at + BLOCK_TTL {
            block.left -= 1;
            return Ok(());
        }
        let requested = block.next_size(now);
        let observed =
            seen.map(|seen| ObservedRateLimit { limit: seen.limit, remaining: seen.remaining, at: seen.observed_at });
        let reserved = self.table.reserve_requests(&self.token_id, self.priority, requested, observed, now).await;
        let granted = match reserved {
            Ok(Reservation::Granted(granted)) => granted,
            Ok(Reservation::Wait(until)) => return Err(Denied { until }),
            Err(error) => {
                // DigitalOcean enforces its own limit as well, and if the table stays unavailable,
                // the caller fails at its next read or write.
                tracing::warn!(
                    error = error_chain(&error),
                    "cannot read the rate budget; the request is sent without a reservation"
                );
                requested
            }
        };
        *block = Block { left: granted - 1, reserved_at: now, requested };
        Ok(())
    }
}

impl RequestLimiter for QuotaClient {
    fn admit(&self, seen: Option<RateLimit>) -> BoxFuture<'_, Result<(), Denied>> {
        self.take(seen).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends requests at an even pace for six hours. Returns how many were reserved and never used.
    fn unused(pace: TimeDelta) -> u32 {
        let began = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let mut block = Block { left: 0, reserved_at: DateTime::UNIX_EPOCH, requested: FIRST_BLOCK };
        let (mut now, mut unused) = (began, 0);
        while now < began + TimeDelta::hours(6) {
            if block.left == 0 || now >= block.reserved_at + BLOCK_TTL {
                unused += block.left;
                let requested = block.next_size(now);
                block = Block { left: requested, reserved_at: now, requested };
            }
            block.left -= 1;
            now += pace;
        }
        unused
    }

    #[test]
    fn requests_at_an_even_pace_leave_no_reservation_unused() {
        for a_minute in [1, 7, 10, 16, 60, 600] {
            assert_eq!(unused(TimeDelta::minutes(1) / a_minute), 0, "{a_minute} a minute");
        }
    }

    #[test]
    fn blocks_grow_while_they_are_used_up_within_a_minute() {
        let block = |requested| Block { left: 0, reserved_at: DateTime::UNIX_EPOCH, requested };
        let after = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        for (requested, seconds, expected) in
            [(4, 1, 8), (32, 59, 64), (64, 1, 64), (16, 60, 16), (64, 299, 64), (64, 300, 4)]
        {
            assert_eq!(block(requested).next_size(after(seconds)), expected, "{requested} after {seconds} s");
        }
    }
}
