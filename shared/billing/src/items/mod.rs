//! The JSON items of an invoice, and the rows of its CSV that they are.
//!
//! The items have what the CSV lacks: DigitalOcean's ids. Nothing numbers either, so that they are joined as multisets,
//! by all that both tell, and never by position.
//!
//! <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Billing/operation/invoices_get_byUUID>

mod key;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use domain::billing::{Charge, ItemId};
use rust_decimal::Decimal;

use crate::csv::Columns;
pub use key::ItemKey;

/// One JSON item: of its charge only what a row is found by, for the items of an invoice are held all at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedItem {
    key: ItemKey,
    id: ItemId,
}

impl KeyedItem {
    /// The item of this charge, and the ids that came with it.
    #[must_use]
    pub fn new(charge: &Charge, id: ItemId) -> Self {
        Self { key: ItemKey::new(charge), id }
    }
}

/// The items of an invoice that no row was joined to yet.
#[derive(Debug)]
pub struct UnjoinedItems {
    unjoined: HashMap<ItemKey, Ids>,
    count: u32,
    sum: Decimal,
}

/// The ids of items that tell the very same, of which there mostly is one.
#[derive(Debug)]
struct Ids {
    first: ItemId,
    /// The others, the next one last.
    others: Vec<ItemId>,
}

impl UnjoinedItems {
    /// All items of an invoice, to be joined to the rows of a CSV with these columns: what the CSV does not tell cannot
    /// differ.
    #[must_use]
    pub fn new(items: impl IntoIterator<Item = KeyedItem>, columns: &Columns) -> Self {
        let items = items.into_iter();
        let mut unjoined: HashMap<ItemKey, Ids> = HashMap::with_capacity(items.size_hint().0);
        let (mut count, mut sum) = (0, Decimal::ZERO);
        for KeyedItem { key, id } in items {
            count += 1;
            sum += key.amount;
            match unjoined.entry(key.restricted_to(columns)) {
                Entry::Vacant(place) => _ = place.insert(Ids { first: id, others: Vec::new() }),
                Entry::Occupied(mut same) => same.get_mut().others.push(id),
            }
        }
        // Equal ones leave in the order in which they came.
        unjoined.values_mut().for_each(|ids| ids.others.reverse());
        Self { unjoined, count, sum }
    }

    /// The item that a row is, which no other row will be; `None` where there is none, or no more.
    ///
    /// Of items that tell the very same, any is as good: the first of them is given first, so that the same invoice is
    /// joined the same way.
    pub fn take(&mut self, row: &Charge) -> Option<ItemId> {
        let Entry::Occupied(mut ids) = self.unjoined.entry(ItemKey::new(row)) else { return None };
        Some(match ids.get_mut().others.pop() {
            Some(next) => std::mem::replace(&mut ids.get_mut().first, next),
            None => ids.remove().first,
        })
    }

    /// How many items there were at first.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The sum of all items there were at first.
    #[must_use]
    pub fn sum(&self) -> Decimal {
        self.sum
    }

    /// The items that are no row's, in order, and how many times each: after the last row there should be none.
    #[must_use]
    pub fn unjoined(&self) -> Vec<(&ItemKey, usize)> {
        let mut left: Vec<_> = self.unjoined.iter().map(|(key, ids)| (key, 1 + ids.others.len())).collect();
        left.sort();
        left
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

    /// JSON items of these charges, the last one first, their ids the charges' places from 1.
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
        // JSON may write the tax's end as the midnight, an amount with more zeros, a time with fractions of a second,
        // nothing as blank, and a space that no row keeps.
        let tax = &mut json[3];
        tax.end = Some("2026-05-01T00:00:00.000Z".parse().unwrap());
        tax.amount.amount = Decimal::new(5400, 4);
        json[2].start = Some("2026-04-01T00:00:00.400Z".parse().unwrap());
        json[2].group_description = Some(String::new());
        json[2].description.push(' ');
        let mut items = items(&json, &columns);
        assert_eq!((items.count(), items.sum()), (4, Decimal::new(1854, 2)));
        let ids: Vec<_> = rows.iter().map(|row| items.take(row).unwrap().resource_id.unwrap().to_string()).collect();
        // The two equal rows take the two equal items, the first of them first.
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
