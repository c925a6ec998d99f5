//! A cache of the resources that lines are matched to.

use std::collections::BTreeSet;
use std::sync::Arc;

use billing::classify::{RULES, Search};
use billing::matching::{Inventory, MatchCandidate};
use chrono::{DateTime, Utc};
use domain::{AccountId, Kind};
use tokio::sync::Mutex;
use worker::AccountJob;

/// Returns the kinds of resources that can own a line of an invoice: those that a classification
/// rule searches.
#[must_use]
pub fn owner_kinds() -> BTreeSet<Kind> {
    let owner = |search: &Search, kind: &Kind| match search {
        // The kind of a parent droplet is already named by the rule for droplets.
        Search::NoOwner | Search::ParentDroplet => None,
        _ => Some(kind.clone()),
    };
    RULES.iter().filter_map(|rule| owner(&rule.search, &rule.kind)).collect()
}

/// The most recently read inventory. A run sends messages for many invoices of an account at once,
/// and all of them are matched with the same inventory.
#[derive(Debug, Default)]
pub struct InventoryCache(Mutex<Option<CachedInventory>>);

#[derive(Debug)]
struct CachedInventory {
    account: AccountId,
    /// The time at which reading began; later changes are not included.
    at: DateTime<Utc>,
    inventory: Arc<Inventory>,
}

impl InventoryCache {
    /// Returns an account's resources, tombstones included, at least as recent as the time for
    /// which the run was scheduled. Each resource is reduced to what matching needs, about 300
    /// bytes.
    pub(crate) async fn read(&self, run: &AccountJob<'_>) -> Result<Arc<Inventory>, store::Error> {
        let mut last = self.0.lock().await;
        let is_usable = |last: &&CachedInventory| last.account == *run.slug() && last.at >= run.message.scheduled_at;
        if let Some(last) = last.as_ref().filter(is_usable) {
            return Ok(last.inventory.clone());
        }
        // The old inventory is freed first, so that two are never in memory at once.
        *last = None;
        let (at, mut candidates) = (run.services.clock.now(), Vec::new());
        for kind in owner_kinds() {
            let table = &run.services.table;
            table.scan_kind(run.slug(), &kind, |resource| candidates.push(MatchCandidate::from(&resource))).await?;
        }
        let inventory = Arc::new(candidates.into_iter().collect());
        *last = Some(CachedInventory { account: run.slug().clone(), at, inventory: Arc::clone(&inventory) });
        Ok(inventory)
    }
}
