//! Joins the JSON items of an invoice to the rows of its CSV.
//!
//! The items have what the CSV lacks: DigitalOcean's ids. Neither items nor rows are numbered, so
//! they are joined as multisets, by all the fields that both have, and never by position.
//!
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing/operation/invoices_get_byUUID>

mod key;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::billing::{Charge, ItemId};
use rust_decimal::Decimal;

use crate::csv::Columns;
pub use key::ItemKey;

/// A JSON item, reduced to its key and its ids, because all items of an invoice are held in memory
/// at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedItem {
    key: ItemKey,
    id: ItemId,
}

impl KeyedItem {
    /// Creates the item of a charge with the ids that came with it.
    #[must_use]
    pub fn new(charge: &Charge, id: ItemId) -> Self {
        Self { key: ItemKey::new(charge), id }
    }
}

/// The items of an invoice that are not joined to a row yet.
#[derive(Debug)]
pub struct UnjoinedItems {
    unjoined: HashMap<ItemKey, Ids>,
    count: u32,
    sum: Decimal,
}

/// The ids of the items that share one key; in most cases there is exactly one.
#[derive(Debug)]
struct Ids {
    first: ItemId,
    /// The ids of the other items, in reverse order: the next one to be taken is last.
    others: Vec<ItemId>,
}

impl UnjoinedItems {
    /// Creates the set of all items of an invoice, to be joined to the rows of a CSV with these
    /// columns. Fields that the CSV lacks are not compared.
    #[must_use]
    pub fn new(items: impl IntoIterator<Item = KeyedItem>, columns: &Columns) -> Self {
        let items = items.into_iter();
        let mut unjoined: HashMap<ItemKey, Ids> = HashMap::with_capacity(items.size_hint().0);
        let (mut count, mut sum) = (0, Decimal::ZERO);
        for KeyedItem { key, id } in items {
            count += 1;
            sum += key.amount;
            match unjoined.entry(key.restricted_to(columns)) {
                Entry::Vacant(entry) => _ = entry.insert(Ids { first: id, others: Vec::new() }),
                Entry::Occupied(mut entry) => entry.get_mut().others.push(id),
            }
        }
        // `take` pops from the end, so that equal items are returned in the order of the input.
        unjoined.values_mut().for_each(|ids| ids.others.reverse());
        Self { unjoined, count, sum }
    }

    /// Removes and returns the ids of the item that equals a row; `None` if no such item is left.
    ///
    /// Items with equal keys are interchangeable. They are returned in the order of the input, so
    /// that the same invoice is always joined the same way.
    pub fn take(&mut self, row: &Charge) -> Option<ItemId> {
        let Entry::Occupied(mut ids) = self.unjoined.entry(ItemKey::new(row)) else { return None };
        Some(match ids.get_mut().others.pop() {
            Some(next) => std::mem::replace(&mut ids.get_mut().first, next),
            None => ids.remove().first,
        })
    }

    /// Returns the number of items of the invoice, including those already taken.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Returns the sum of all items of the invoice, in dollars, including those already taken.
    #[must_use]
    pub fn sum(&self) -> Decimal {
        self.sum
    }

    /// Returns the keys of the items that no row has taken, sorted, with the number of items of
    /// each. After the last row the list should be empty.
    #[must_use]
    pub fn unjoined(&self) -> Vec<(&ItemKey, usize)> {
        let mut unjoined: Vec<_> = self.unjoined.iter().map(|(key, ids)| (key, 1 + ids.others.len())).collect();
        unjoined.sort();
        unjoined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::Rows;
    use domain::{Money, ProviderId};

    const HEADER: &str = "product,group_description,description,hours,start,end,USD,project_name,category\n";

    fn rows(csv: &str) -> (Vec<Charge>, Columns) {
        let rows = Rows::new(csv.as_bytes()).unwrap();
        let columns = *rows.columns();
        (rows.map(Result::unwrap).collect(), columns)
    }

    /// Returns the JSON items of these charges, in reverse order, with the charges' positions (from
    /// 1) as ids.
    fn items(charges: &[Charge], columns: &Columns) -> UnjoinedItems {
        let id =
            |at: usize| ItemId { resource_id: Some(ProviderId::new(at.to_string()).unwrap()), resource_uuid: None };
        let items = charges.iter().enumerate().map(|(at, charge)| KeyedItem::new(charge, id(at + 1)));
        UnjoinedItems::new(items.rev(), columns)
    }

    #[test]
    fn rows_and_items_are_joined_in_any_order() {
        let (rows, columns) = rows(&format!(
            "{HEADER}Droplets,,a (s-1vcpu-1gb),720,2026-04-01 00:00:00 +0000,2026-05-01 00:00:00 +0000,$6.00,One,iaas\n\
             Droplets,,a (s-1vcpu-1gb),720,2026-04-01 00:00:00 +0000,2026-05-01 00:00:00 +0000,$6.00,One,iaas\n\
             Droplets,,a (s-1vcpu-1gb),720,2026-04-01 00:00:00 +0000,2026-05-01 00:00:00 +0000,$6.00,Two,iaas\n\
             Taxes,,GST (9.00%),,2026-04-01 00:00:00 +0000,2026-04-30 23:59:59 +0000,$0.54,,iaas\n"
        ));
        let mut json = rows.clone();
        // JSON may differ in form: the end of the tax is written as midnight, an amount has more
        // zeros, a time has fractions of a second, an absent text is empty, and a text ends with a
        // space.
        let tax = &mut json[3];
        tax.end = Some("2026-05-01T00:00:00.000Z".parse().unwrap());
        tax.amount.amount = Decimal::new(5400, 4);
        json[2].start = Some("2026-04-01T00:00:00.400Z".parse().unwrap());
        json[2].group_description = Some(String::new());
        json[2].description.push(' ');
        let mut items = items(&json, &columns);
        assert_eq!((items.count(), items.sum()), (4, Decimal::new(1854, 2)));
        let ids: Vec<_> = rows.iter().map(|row| items.take(row).unwrap().resource_id.unwrap().to_string()).collect();
        // The two equal rows take the two equal items in the order of the input, which is reversed
        // here.
        assert_eq!(ids, ["2", "1", "3", "4"]);
        assert!(items.unjoined().is_empty());
        assert_eq!(items.take(&rows[0]), None);
    }

    #[test]
    fn items_that_differ_from_every_row_stay_unjoined() {
        let (rows, columns) = rows(&format!("{HEADER}Droplets,,a,1,,,$6.00,One,iaas\n"));
        let change: [fn(&mut Charge); 6] = [
            |charge| charge.product.push('s'),
            |charge| charge.description.push('s'),
            |charge| charge.amount = Money::usd(Decimal::new(601, 2)),
            |charge| charge.start = Some("2026-04-01T00:00:00Z".parse().unwrap()),
            |charge| charge.group_description = Some("cluster".to_owned()),
            |charge| charge.project_name = None,
        ];
        for change in change {
            let mut json = rows.clone();
            change(&mut json[0]);
            let mut items = items(&json, &columns);
            assert_eq!(items.take(&rows[0]), None);
            assert_eq!(items.unjoined().iter().map(|(_, times)| times).sum::<usize>(), 1);
        }
    }

    #[test]
    fn an_old_csv_is_joined_by_the_columns_that_it_has() {
        let (rows, columns) = rows("product,description,USD\nDroplets,a,$6.00\n");
        let mut json = rows.clone();
        json[0].project_name = Some("One".to_owned());
        json[0].start = Some("2026-04-01T00:00:00Z".parse().unwrap());
        let mut items = items(&json, &columns);
        assert_eq!(items.unjoined()[0].0.to_string(), "Droplets: a ($6.00)");
        assert!(items.take(&rows[0]).is_some());
    }
}
