//! What a row and an item both tell.

use std::fmt;

use chrono::{DateTime, SubsecRound, Utc};
use domain::billing::Charge;
use rust_decimal::Decimal;

use crate::csv::{Column, Columns};

/// All that a row of the CSV and its JSON item both tell, times to the second and ends as [`Charge::span`] means them. An invoice may have
/// a hundred thousand of them, so that each is kept small.
///
/// Hours and category are no part of it: JSON says `0` where the CSV is blank, and not every item has a category.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// Product, group, description and project, those that are absent blank, with a line break between them: no row has one within a field.
    words: Box<str>,
    pub(super) amount: Decimal,
    start: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
}

impl ItemKey {
    pub(super) fn new(charge: &Charge) -> Self {
        let Charge { product, group_description, description, project_name, .. } = charge;
        let known = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().replace('\n', " ");
        let [product, description] = [product, description].map(|text| text.trim().replace('\n', " "));
        Self {
            words: words([&product, &known(group_description), &description, &known(project_name)]),
            amount: charge.amount.amount,
            start: charge.start.map(|start| start.trunc_subsecs(0)),
            until: charge.until(),
        }
    }

    /// Without what a CSV of these columns does not tell.
    pub(super) fn restricted_to(self, columns: &Columns) -> Self {
        let [has_group, has_project] =
            [Column::GroupDescription, Column::ProjectName].map(|column| columns.has(column));
        let start = self.start.filter(|_| columns.has(Column::Start));
        let until = self.until.filter(|_| columns.has(Column::End));
        if has_group && has_project {
            return Self { start, until, ..self };
        }
        let [product, group, description, project] = self.parts();
        let told = |told: bool, text| if told { text } else { "" };
        let words = words([product, told(has_group, group), description, told(has_project, project)]);
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

/// What to look for on the invoice.
impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [product, _, description, _] = self.parts();
        write!(f, "{product}: {description} (${})", self.amount)
    }
}
