//! From a charge to a line that has an owner or a reason.

use domain::billing::{Charge, CostLine, ItemId, MatchOutcome, Period};

use crate::classify::classify;
use crate::matching::{Inventory, match_charge};

/// Line number `line` of the invoice for `period`: the charge with its kind and its owner. `item` is what its JSON item
/// gave of ids.
#[must_use]
pub fn build_cost_line(line: u32, charge: Charge, item: ItemId, period: Period, inventory: &Inventory) -> CostLine {
    let class = classify(&charge);
    let outcome = match_charge(&charge, &item, &class, period, inventory);
    CostLine { line, kind: class.kind, charge, item, outcome }
}

/// Whose a line is by what is known now: the same as before, where nothing was learned.
#[must_use]
pub fn rematch(line: &CostLine, period: Period, inventory: &Inventory) -> MatchOutcome {
    match_charge(&line.charge, &line.item, &classify(&line.charge), period, inventory)
}
