//! The event feed: the recent events of all resources that the caller may see, of all accounts,
//! newest first.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::{AccountId, EventType, Kind, Resource, ResourceEvent, ResourceKey, TenantId};
use serde::{Deserialize, Serialize};

use crate::item::from_item;
use crate::ownership::OwnerLookup;
use crate::paging::{READS_PER_PAGE, Slice, read_page};
use crate::range::Range;
use crate::{Cursor, Error, Page, Reader, keys};

/// A selection of events. A field that is `None` does not restrict it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedFilter {
    /// The time before which no events are returned.
    pub since: DateTime<Utc>,
    /// Only events of resources in this account.
    pub account: Option<AccountId>,
    /// Only events of resources of this kind.
    pub kind: Option<Kind>,
    /// Only events of this type.
    pub event_type: Option<EventType>,
    /// Only events of resources that belonged to this tenant at the time of the event.
    pub tenant: Option<TenantId>,
}

impl Reader {
    /// Reads a page of the feed up to `now`: at most `limit` events, possibly fewer although more
    /// pages follow. Events are without the projects that a tenant may not see.
    ///
    /// A tenant sees the events of a resource from the time when the resource belonged to the
    /// tenant. Only administrators see the events of an earlier resource with the same id.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn feed(
        &self,
        filter: &FeedFilter,
        from: Option<&Cursor>,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Page<ResourceEvent>, Error> {
        let Some(tenant) = self.selected_tenant(filter.tenant.as_ref()) else { return Ok(Page::empty()) };
        let mut accounts = self.accounts().await?;
        accounts.retain(|account| filter.account.as_ref().is_none_or(|wanted| wanted == account));
        if accounts.is_empty() {
            return Ok(Page::empty());
        }
        // A clock that is ahead of this one may have dated an event into tomorrow.
        let tomorrow = now.date_naive().checked_add_days(Days::new(1)).unwrap_or_else(|| now.date_naive());
        let begun = from.and_then(|from| from.partition.parse::<NaiveDate>().ok());
        let newest = begun.map_or(tomorrow, |begun| begun.min(tomorrow));
        let days = std::iter::successors(Some(newest), NaiveDate::pred_opt);
        // A day is read in all accounts at a time.
        let reads = READS_PER_PAGE.div_ceil(accounts.len());
        let days = days.take_while(|day| *day >= filter.since.date_naive()).take(reads + 1);
        let days = days.map(|day| (day.to_string(), day));
        let read = async |day, after: Option<String>, wanted| {
            let (found, end) = self.events_of_day(&accounts, day, filter.since, after.as_deref(), wanted).await?;
            Ok(Slice { found: self.visible_to(tenant, filter, found).await?, end })
        };
        let mut page = read_page(days.collect(), from, limit, reads, read).await?;
        self.redact_events(&mut page.items).await?;
        Ok(page)
    }

    /// Reads the next events of one day in all accounts, newest first, with their positions, and
    /// tells whether they are the last: as many as can be ordered without reading more.
    async fn events_of_day(
        &self,
        accounts: &[AccountId],
        day: NaiveDate,
        since: DateTime<Utc>,
        after: Option<&str>,
        wanted: usize,
    ) -> Result<(Vec<(String, ResourceEvent)>, bool), Error> {
        let after = after.and_then(parse_position);
        let mut found = BTreeMap::new();
        // An account may have more events than were read. What is older than its last event read
        // cannot be ordered yet.
        let mut horizon = None;
        for account in accounts {
            // `~` sorts after all sort keys of a day, since those begin with digits, and after the
            // position: of several accounts' events with one sort key, some may be still to come.
            let last = after.map_or("~".to_owned(), |(sort_key, _)| format!("{sort_key}~"));
            let range = Range::between(Some(keys::GSI1), keys::feed_partition(account, day), [keys::time(since), last]);
            // One event more, since the one at the position itself may be read again.
            let (events, end) = range.descending().items_after(self.table(), None, wanted + 1).await?;
            let position = |sort_key: &str| (sort_key.to_owned(), account.clone());
            if !end {
                horizon = horizon.max(events.last().map(|(sort_key, _)| position(sort_key)));
            }
            for (sort_key, item) in events {
                if after.is_none_or(|after| (sort_key.as_str(), account.as_str()) < after) {
                    found.insert(position(&sort_key), from_item("resource event", item)?);
                }
            }
        }
        let end = horizon.is_none();
        if let Some(horizon) = horizon {
            found = found.split_off(&horizon);
        }
        let positions = found.into_iter().rev();
        Ok((positions.map(|((sort_key, account), event)| (format!("{sort_key}#{account}"), event)).collect(), end))
    }

    /// Returns each position, with its event if the filter matches and the tenant may see it.
    async fn visible_to(
        &self,
        tenant: Option<&TenantId>,
        filter: &FeedFilter,
        found: Vec<(String, ResourceEvent)>,
    ) -> Result<Vec<(String, Option<ResourceEvent>)>, Error> {
        let wanted = |event: &ResourceEvent| {
            filter.kind.as_ref().is_none_or(|kind| event.key.kind == *kind)
                && filter.event_type.is_none_or(|event_type| event.event_type == event_type)
        };
        let mut rows: BTreeMap<ResourceKey, Resource> = BTreeMap::new();
        if tenant.is_some() {
            let mut keys: Vec<ResourceKey> =
                found.iter().filter(|(_, event)| wanted(event)).map(|(_, event)| event.key.clone()).collect();
            keys.sort();
            keys.dedup();
            rows.extend(self.table().resources(&keys).await?.into_iter().map(|row| (row.key.clone(), row)));
        }
        let mut owners = OwnerLookup::new(self.table());
        let mut marked = Vec::with_capacity(found.len());
        for (position, event) in found {
            let visible = match tenant {
                _ if !wanted(&event) => false,
                None => true,
                Some(tenant) => match rows.get(&event.key) {
                    Some(row) if row.incarnation == event.incarnation => {
                        owners.at(row, event.at).await?.as_ref() == Some(tenant)
                    }
                    _ => false,
                },
            };
            marked.push((position, visible.then_some(event)));
        }
        Ok(marked)
    }
}

/// Returns the sort key and the account in a position of the feed.
fn parse_position(position: &str) -> Option<(&str, &str)> {
    position.rsplit_once('#')
}
