//! Turns a charge into a cost line that has an owner or a reason.

use domain::billing::{Charge, CostLine, ItemId, MatchOutcome, Period};

use crate::classify::classify;
use crate::matching::{Inventory, match_charge};

/// Builds line number `line` (from 1) of the invoice for `period`: the charge with its kind, and
/// its owner or the reason why it has none. `item` has the ids of the charge's JSON item, if any.
#[must_use]
pub fn build_cost_line(line: u32, charge: Charge, item: ItemId, period: Period, inventory: &Inventory) -> CostLine {
    let class = classify(&charge);
    let outcome = match_charge(&charge, &item, &class, period, inventory);
    CostLine { line, kind: class.kind, charge, item, outcome }
}

/// Matches a line again with the resources that are known now. With an unchanged inventory the
/// outcome is the same as before.
#[must_use]
pub fn rematch(line: &CostLine, period: Period, inventory: &Inventory) -> MatchOutcome {
    match_charge(&line.charge, &line.item, &classify(&line.charge), period, inventory)
}
