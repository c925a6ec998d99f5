//! What a row and an item both tell.

use std::fmt;

use chrono::{DateTime, SubsecRound, Utc};
use domain::billing::Charge;
use rust_decimal::Decimal;

use crate::csv::{Column, Columns};

/// All that a row of the CSV and its JSON item both tell, times to the second and ends as [`Charge::span`] means them.
///
/// Hours and category are no part of it: JSON says `0` where the CSV is blank, and not every item has a category.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    product: String,
    group: Option<String>,
    description: String,
    amount: Decimal,
    start: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    project: Option<String>,
}

impl Key {
    pub(super) fn of(charge: &Charge, columns: &Columns) -> Self {
        let known = |column, text: &Option<String>| {
            let text = text.as_deref().map(str::trim).filter(|text| columns.has(column) && !text.is_empty());
            text.map(str::to_owned)
        };
        Self {
            product: charge.product.trim().to_owned(),
            group: known(Column::GroupDescription, &charge.group_description),
            description: charge.description.trim().to_owned(),
            amount: charge.amount.amount,
            start: charge.start.filter(|_| columns.has(Column::Start)).map(|start| start.trunc_subsecs(0)),
            until: charge.until().filter(|_| columns.has(Column::End)),
            project: known(Column::ProjectName, &charge.project_name),
        }
    }
}

/// What to look for on the invoice.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (${})", self.product, self.description, self.amount)
    }
}
