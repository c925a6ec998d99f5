//! The resources that lines are matched to.

use std::collections::BTreeSet;
use std::sync::Arc;

use billing::classify::{RULES, Search};
use billing::matching::{Inventory, MatchCandidate};
use chrono::{DateTime, Utc};
use domain::{AccountId, Kind};
use tokio::sync::Mutex;

use crate::BillingWorker;
use crate::error::Error;
use crate::handler::JobRun;

/// The kinds that a line of an invoice is looked for in: what no rule names owns no line.
#[must_use]
pub fn owner_kinds() -> BTreeSet<Kind> {
    let owner = |search: &Search, kind: &Kind| match search {
        // The rule of droplets themselves names the kind of a parent droplet.
        Search::NoOwner | Search::ParentDroplet => None,
        _ => Some(kind.clone()),
    };
    RULES.iter().filter_map(|rule| owner(&rule.search, &rule.kind)).collect()
}

/// What was known last of an account's resources: a run asks for many invoices at once, and all of them are matched with the same.
#[derive(Debug, Default)]
pub struct InventoryCache(Mutex<Option<CachedInventory>>);

#[derive(Debug)]
struct CachedInventory {
    account: AccountId,
    /// When its reading began: it knows nothing later.
    at: DateTime<Utc>,
    inventory: Arc<Inventory>,
}

impl BillingWorker {
    /// All that is known of an account's resources, tombstones too: at least what was known when the run was asked for. Of each only what
    /// matching needs is held, about 300 bytes.
    pub(crate) async fn inventory(&self, run: &JobRun<'_>) -> Result<Arc<Inventory>, Error> {
        let mut last = self.inventory_cache.0.lock().await;
        let serves = |last: &&CachedInventory| last.account == *run.slug() && last.at >= run.message.scheduled_at;
        if let Some(last) = last.as_ref().filter(serves) {
            return Ok(last.inventory.clone());
        }
        // Never two at once.
        *last = None;
        let (at, mut known) = (self.clock.now(), Vec::new());
        for kind in owner_kinds() {
            self.table.scan_kind(run.slug(), &kind, |resource| known.push(MatchCandidate::from(&resource))).await?;
        }
        let inventory = Arc::new(known.into_iter().collect());
        *last = Some(CachedInventory { account: run.slug().clone(), at, inventory: Arc::clone(&inventory) });
        Ok(inventory)
    }
}
