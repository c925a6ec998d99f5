//! The key that joins the rows of the CSV and the JSON items.

use std::fmt;

use chrono::{DateTime, SubsecRound, Utc};
use domain::billing::Charge;
use rust_decimal::Decimal;

use crate::csv::{Column, Columns};

/// Everything that a CSV row and its JSON item have in common. Times are truncated to the second,
/// and ends are those of [`Charge::span`]. An invoice may have a hundred thousand of these keys, so
/// each is kept small. Hours and category are not part of the key: JSON has `0` where the CSV is
/// blank, and not every item has a category.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// Product, group, description and project, joined with line breaks; an absent one is empty.
    /// The line break is a safe separator, because no field of a row contains one.
    words: Box<str>,
    pub(super) amount: Decimal,
    start: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

impl ItemKey {
    pub(super) fn new(charge: &Charge) -> Self {
        let Charge { product, group_description, description, project_name, .. } = charge;
        let or_blank = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().replace('\n', " ");
        let [product, description] = [product, description].map(|text| text.trim().replace('\n', " "));
        Self {
            words: words([&product, &or_blank(group_description), &description, &or_blank(project_name)]),
            amount: charge.amount.amount,
            start: charge.start.map(|start| start.trunc_subsecs(0)),
            until: charge.until(),
        }
    }

    /// Returns the key without the fields that a CSV with these columns lacks.
    pub(super) fn restricted_to(self, columns: &Columns) -> Self {
        let [has_group, has_project] =
            [Column::GroupDescription, Column::ProjectName].map(|column| columns.has(column));
        let start = self.start.filter(|_| columns.has(Column::Start));
        let until = self.until.filter(|_| columns.has(Column::End));
        if has_group && has_project {
            return Self { start, until, ..self };
        }
        let [product, group, description, project] = self.parts();
        let keep_if = |has_column: bool, text| if has_column { text } else { "" };
        let words = words([product, keep_if(has_group, group), description, keep_if(has_project, project)]);
        Self { words, start, until, ..self }
    }

    fn parts(&self) -> [&str; 4] {
        let mut parts = self.words.split('\n');
        [(); 4].map(|()| parts.next().unwrap_or_default())
    }
}

fn words(parts: [&str; 4]) -> Box<str> {
    parts.join("\n").into_boxed_str()
}

/// Product, description and amount: enough to find the row on the invoice.
impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [product, _, description, _] = self.parts();
        write!(f, "{product}: {description} (${})", self.amount)
    }
}
