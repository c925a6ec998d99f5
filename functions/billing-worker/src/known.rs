//! The resources that lines are matched to.

use std::collections::BTreeSet;
use std::sync::Arc;

use billing::classify::{RULES, Search};
use billing::matching::{Inventory, Known};
use chrono::{DateTime, Utc};
use domain::{AccountId, Kind};
use tokio::sync::Mutex;

use crate::BillingWorker;
use crate::handler::Run;
use crate::trouble::Trouble;

/// The kinds that a line of an invoice is looked for in: what no rule names owns no line.
#[must_use]
pub fn kinds_looked_for() -> BTreeSet<Kind> {
    let owner = |search: &Search, kind: &Kind| match search {
        // The rule of droplets themselves names the kind of a parent droplet.
        Search::Nowhere | Search::ParentDroplet => None,
        _ => Some(kind.clone()),
    };
    RULES.iter().filter_map(|rule| owner(&rule.search, &rule.kind)).collect()
}

/// What was known last of an account's resources: a run asks for many invoices at once, and all of them are matched with the same.
#[derive(Debug, Default)]
pub struct LastKnown(Mutex<Option<Loaded>>);

#[derive(Debug)]
struct Loaded {
    account: AccountId,
    /// When its reading began: it knows nothing later.
    at: DateTime<Utc>,
    inventory: Arc<Inventory>,
}

impl BillingWorker {
    /// All that is known of an account's resources, tombstones too: at least what was known when the run was asked for. Of each only what
    /// matching needs is held, about 300 bytes.
    pub(crate) async fn inventory(&self, run: &Run<'_>) -> Result<Arc<Inventory>, Trouble> {
        let mut last = self.last_known.0.lock().await;
        let serves = |last: &&Loaded| last.account == *run.slug() && last.at >= run.message.scheduled_at;
        if let Some(last) = last.as_ref().filter(serves) {
            return Ok(last.inventory.clone());
        }
        // Never two at once.
        *last = None;
        let (at, mut known) = (self.clock.now(), Vec::new());
        for kind in kinds_looked_for() {
            self.table.scan_kind(run.slug(), &kind, |resource| known.push(Known::from(&resource))).await?;
        }
        let inventory = Arc::new(known.into_iter().collect());
        *last = Some(Loaded { account: run.slug().clone(), at, inventory: Arc::clone(&inventory) });
        Ok(inventory)
    }
}
