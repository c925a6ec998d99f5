//! A priority's share of a token's rate limit: requests are reserved from the table in blocks and used up one by one.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use digitalocean::{Closed, Gate, RateLimit};
use domain::{Clock, error_chain};
use futures::FutureExt;
use futures::future::BoxFuture;
use store::{Observed, Priority, Reservation, Table};
use tokio::sync::Mutex;

/// The first block: as many as a sweep of one page or two takes. Each further one is twice the one before ...
const FIRST_BLOCK: u32 = 4;
/// ... up to this.
const LARGEST_BLOCK: u32 = 64;
/// What is reserved counts in the minute it was reserved in: unused for so long, it is given up.
const BLOCK_HOLDS: TimeDelta = TimeDelta::minutes(5);

/// One priority's share of one token's requests.
#[derive(Debug)]
pub struct Share {
    table: Table,
    token_id: String,
    priority: Priority,
    clock: Arc<dyn Clock>,
    block: Mutex<Block>,
}

/// What is reserved and not used yet.
#[derive(Debug, Clone, Copy)]
struct Block {
    left: u32,
    reserved_at: DateTime<Utc>,
    /// How many to ask for next.
    next: u32,
}

impl Share {
    /// The share of a priority in a token, of which nothing is reserved yet. `token_id` is a digest of the token.
    #[must_use]
    pub fn new(table: Table, token_id: &str, priority: Priority, clock: Arc<dyn Clock>) -> Self {
        let block = Mutex::new(Block { left: 0, reserved_at: DateTime::UNIX_EPOCH, next: FIRST_BLOCK });
        Self { table, token_id: token_id.to_owned(), priority, clock, block }
    }

    async fn take(&self, seen: Option<RateLimit>) -> Result<(), Closed> {
        // Held over the reservation: of several requests at once, one reserves for all.
        let mut block = self.block.lock().await;
        let now = self.clock.now();
        if block.left > 0 && now < block.reserved_at + BLOCK_HOLDS {
            block.left -= 1;
            return Ok(());
        }
        if now >= block.reserved_at + BLOCK_HOLDS {
            block.next = FIRST_BLOCK;
        }
        let observed = seen.map(|seen| Observed { limit: seen.limit, remaining: seen.remaining, at: seen.observed_at });
        let reserved = self.table.reserve_requests(&self.token_id, self.priority, block.next, observed, now).await;
        let granted = match reserved {
            Ok(Reservation::Granted(granted)) => granted,
            Ok(Reservation::Wait(until)) => return Err(Closed { until }),
            Err(error) => {
                // DigitalOcean's own limit is behind ours, and a table that does not answer stops the caller soon enough.
                tracing::warn!(error = error_chain(&error), "the rate budget cannot be read; going on without");
                block.next
            }
        };
        *block = Block { left: granted - 1, reserved_at: now, next: (block.next * 2).min(LARGEST_BLOCK) };
        Ok(())
    }
}

impl Gate for Share {
    fn admit(&self, seen: Option<RateLimit>) -> BoxFuture<'_, Result<(), Closed>> {
        self.take(seen).boxed()
    }
}
