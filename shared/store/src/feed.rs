//! The event feed: the recent events of all resources that the caller may see, of all accounts,
//! newest first.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::{AccountId, EventType, Kind, Resource, ResourceEvent, ResourceKey, Scope, TenantId};
use serde::{Deserialize, Serialize};

use crate::item::{from_item, text, text_of};
use crate::ownership::OwnerLookup;
use crate::{Error, Reader, keys};

/// The maximum number of queries for one page. A filter that few events match ends the page early,
/// with a position to continue from.
const READS_PER_PAGE: usize = 60;

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

/// The position at which a page of the feed ended: all newer events were on that page or before it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FeedPosition {
    /// The day of the feed, in UTC.
    pub day: NaiveDate,
    /// The sort key within that day's feed.
    pub sort_key: String,
    /// The account, which distinguishes equal sort keys of several accounts.
    pub account: AccountId,
}

/// A page of the feed, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// The events, without the projects that a tenant may not see.
    pub events: Vec<ResourceEvent>,
    /// The position of the next page; `None` at the end.
    pub next: Option<FeedPosition>,
}

impl Reader {
    /// Reads a page of the feed up to `now`: at most `limit` events, possibly fewer although more
    /// pages follow.
    ///
    /// A tenant sees the events of a resource from the time when the resource belonged to the
    /// tenant. Only administrators see the events of an earlier resource with the same id.
    ///
    /// # Errors
    /// Fails when the table cannot be read.
    pub async fn feed(
        &self,
        filter: &FeedFilter,
        from: Option<&FeedPosition>,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<FeedPage, Error> {
        let mut accounts = self.accounts().await?;
        accounts.retain(|account| filter.account.as_ref().is_none_or(|wanted| wanted == account));
        let tenant = match (self.scope(), &filter.tenant) {
            (Scope::Tenant(own), Some(requested)) if own != requested => {
                return Ok(FeedPage { events: Vec::new(), next: None });
            }
            (Scope::Tenant(own), _) => Some(own.clone()),
            (Scope::Platform, requested) => requested.clone(),
        };
        if accounts.is_empty() {
            return Ok(FeedPage { events: Vec::new(), next: None });
        }
        let mut events = Vec::new();
        let mut reads = 0;
        let first_day = filter.since.date_naive();
        let mut from = from.cloned();
        // A clock that is ahead of this one may have dated an event into tomorrow.
        let tomorrow = now.date_naive().checked_add_days(Days::new(1)).unwrap_or_else(|| now.date_naive());
        let mut day = from.as_ref().map_or(tomorrow, |from| from.day.min(tomorrow));
        while day >= first_day {
            loop {
                let FeedSlice { found, end } = self.slice(&accounts, day, filter.since, from.as_ref(), limit).await?;
                reads += accounts.len();
                for (position, event) in self.visible_to(tenant.as_ref(), filter, found).await? {
                    from = Some(position);
                    if let Some(event) = event {
                        events.push(event);
                    }
                    if events.len() == limit {
                        return self.page(events, from, tenant.as_ref()).await;
                    }
                }
                if end {
                    break;
                }
                if reads >= READS_PER_PAGE {
                    return self.page(events, from, tenant.as_ref()).await;
                }
            }
            from = None;
            let Some(before) = day.pred_opt() else { break };
            day = before;
            if reads >= READS_PER_PAGE
                && day >= first_day
                && let Some(account) = accounts.last()
            {
                let next = FeedPosition { day, sort_key: END_OF_DAY.to_owned(), account: account.clone() };
                return self.page(events, Some(next), tenant.as_ref()).await;
            }
        }
        self.page(events, None, tenant.as_ref()).await
    }

    async fn page(
        &self,
        mut events: Vec<ResourceEvent>,
        next: Option<FeedPosition>,
        tenant: Option<&TenantId>,
    ) -> Result<FeedPage, Error> {
        if let (Scope::Tenant(_), Some(tenant)) = (self.scope(), tenant) {
            self.redact_events(tenant, &mut events).await?;
        }
        Ok(FeedPage { events, next })
    }

    /// Reads the next events of one day in all accounts, in order: as many as can be ordered
    /// without reading more.
    async fn slice(
        &self,
        accounts: &[AccountId],
        day: NaiveDate,
        since: DateTime<Utc>,
        from: Option<&FeedPosition>,
        limit: usize,
    ) -> Result<FeedSlice, Error> {
        let from = from.filter(|from| from.day == day);
        let mut found = BTreeMap::new();
        // An account may have more events than were read. What is older than its last event read
        // cannot be ordered yet.
        let mut horizon: Option<FeedPosition> = None;
        let (since, before) = (keys::time(since), from.map_or(END_OF_DAY, |from| from.sort_key.as_str()));
        if before < since.as_str() {
            return Ok(FeedSlice { found: Vec::new(), end: true });
        }
        for account in accounts {
            let partition = keys::feed_partition(account, day);
            let answer = self
                .table()
                .query(Some(keys::GSI1), &partition, "")
                .key_condition_expression("#pk = :pk AND #sk BETWEEN :since AND :before")
                .expression_attribute_names("#sk", keys::GSI1_SK)
                .expression_attribute_values(":since", text(&since))
                .expression_attribute_values(":before", text(before))
                .scan_index_forward(false)
                // One event more, since the one at the position itself may be read again.
                .limit(i32::try_from(limit).unwrap_or(i32::MAX).saturating_add(1))
                .send()
                .await
                .map_err(|e| Error::dynamo("Query", e))?;
            let more = answer.last_evaluated_key.is_some_and(|key| !key.is_empty());
            let mut last = None;
            for item in answer.items.unwrap_or_default() {
                let sort_key = text_of(&item, keys::GSI1_SK).unwrap_or_default().to_owned();
                let position = FeedPosition { day, sort_key, account: account.clone() };
                last = Some(position.clone());
                if from.is_none_or(|from| position < *from) {
                    found.insert(position, from_item("resource event", item)?);
                }
            }
            if more {
                horizon = horizon.max(last);
            }
        }
        let end = horizon.is_none();
        if let Some(horizon) = horizon {
            found = found.split_off(&horizon);
        }
        Ok(FeedSlice { found: found.into_iter().rev().collect(), end })
    }

    /// Returns each position, with its event if the filter matches and the tenant may see it.
    async fn visible_to(
        &self,
        tenant: Option<&TenantId>,
        filter: &FeedFilter,
        found: Vec<(FeedPosition, ResourceEvent)>,
    ) -> Result<Vec<(FeedPosition, Option<ResourceEvent>)>, Error> {
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

/// A sort key after all others of a day's feed, since those begin with digits.
const END_OF_DAY: &str = "~";

/// Some events of a day, newest first, and whether these are all.
struct FeedSlice {
    found: Vec<(FeedPosition, ResourceEvent)>,
    end: bool,
}
