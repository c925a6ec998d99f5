//! Paged lists, which are read completely or not at all.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::envelope::{ListPage, read_page, read_unpaged};
use crate::error::Error;
use crate::list_consistency::{ListPasses, PageDecision};
use crate::page_links::{PageLinkError, check_next};
use crate::rate_limit::RateLimit;
use crate::request::PreparedRequest;

/// Largest number of items that DigitalOcean returns on a page.
const MAX_PER_PAGE: u32 = 200;

/// An item of a list, identified by its key.
pub trait ListItem: DeserializeOwned + Send + Sync + 'static {
    /// True if the key identifies the item. Where DigitalOcean gives items no id, two items may be
    /// equal and still be different ones, so the list is never de-duplicated. Instead every page
    /// must report the same total and that many items must arrive, otherwise the list is read
    /// again. The key is then a digest of all fields and only serves to compare two passes.
    const HAS_ID: bool = true;

    /// Type of the key that identifies an item.
    type Key: Eq + Hash + Clone + Send + Sync;

    /// Returns the item's key, which must be the same on every page that shows the item.
    fn key(&self) -> Self::Key;
}

/// Declares by which field the items of a list are identified, or that they have no id.
macro_rules! list_item {
    ($Item:ident without id) => {
        impl crate::ListItem for $Item {
            const HAS_ID: bool = false;

            type Key = u64;

            fn key(&self) -> u64 {
                crate::pages::digest(self)
            }
        }
    };
    ($Item:ident by $field:ident: $Key:ty) => {
        impl crate::ListItem for $Item {
            type Key = $Key;

            fn key(&self) -> $Key {
                Clone::clone(&self.$field)
            }
        }
    };
}

pub(crate) use list_item;

/// Computes the key of an item without an id.
pub(crate) fn digest(item: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    item.hash(&mut hasher);
    hasher.finish()
}

/// A list to be read, page by page. No request is sent until the list is collected.
#[derive(Debug)]
#[must_use = "a list is only read by `collect_all`"]
pub struct Pages<T> {
    client: Client,
    request: Result<PreparedRequest, Error>,
    items_key: &'static str,
    paging: Paging,
    per_page: u32,
    confirm: bool,
    item: PhantomData<fn() -> T>,
}

/// The way in which DigitalOcean sends a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paging {
    /// In pages; each links to the next one.
    Links,
    /// In pages without links: there is another one until the total has been read.
    Total,
    /// All objects in one response.
    Unpaged,
}

/// A list that has been read completely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T> {
    /// Every item once, in DigitalOcean's order. Items without ids may occur several times: see
    /// [`ListItem::HAS_ID`].
    pub items: Vec<T>,
    /// Number of pages that the items came from.
    pub pages: u32,
    /// Number of HTTP requests sent, including retries and passes that were discarded.
    pub requests: u32,
    /// Total of the last page (`meta.total`); `None` when DigitalOcean did not send one.
    pub total: Option<u64>,
    /// Rate limit in the last response.
    pub rate_limit: Option<RateLimit>,
}

impl<T: ListItem> Pages<T> {
    pub(crate) fn new(client: &Client, request: Result<PreparedRequest, Error>, items_key: &'static str) -> Self {
        let (client, per_page) = (client.clone(), MAX_PER_PAGE);
        Self { client, request, items_key, paging: Paging::Links, per_page, confirm: false, item: PhantomData }
    }

    /// Configures a list that DigitalOcean sends in one response. No page is requested, and `null`
    /// is an empty list, because there is no total that could say so.
    pub(crate) fn unpaged(mut self) -> Self {
        self.paging = Paging::Unpaged;
        self
    }

    /// Configures a list whose pages have a total and no links.
    pub(crate) fn paged_by_total(mut self) -> Self {
        self.paging = Paging::Total;
        self
    }

    /// Adds a parameter to the query of every page.
    pub(crate) fn filter(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.map(|request| request.with_query(name, value));
        self
    }

    /// Sets the number of items on a page, from 1 to 200. The default is 200.
    pub fn per_page(mut self, per_page: u32) -> Self {
        self.per_page = per_page.clamp(1, MAX_PER_PAGE);
        self
    }

    /// Reads a list of several pages until two passes agree, which takes about twice the requests.
    ///
    /// Without confirmation, a list that changes while it is read is read again when its totals
    /// show the change. The totals cannot show that one item was removed and another added between
    /// two requests, which may hide an item. With confirmation, no item that was in the list
    /// throughout is ever missed. A list of one page is one response and needs no confirmation.
    pub fn confirmed(mut self) -> Self {
        self.confirm = true;
        self
    }

    /// Returns the whole list, or the first error and nothing else. Each item occurs once, in the
    /// state in which it was last read.
    ///
    /// # Errors
    /// [`Error::ListShifted`] when the list kept changing; [`Error::PageLink`] when a next link is
    /// wrong; any [`Error`] of a call.
    pub async fn collect_all(self) -> Result<Listing<T>, Error> {
        self.collect_all_as(|item| item).await
    }

    /// Reads the whole list and converts each item with `read` as its page arrives. This saves
    /// memory, because the full items of a long list may not fit.
    ///
    /// # Errors
    /// As [`Pages::collect_all`].
    pub async fn collect_all_as<U>(self, read: impl Fn(T) -> U) -> Result<Listing<U>, Error> {
        self.collect_while(|_| true, read).await
    }

    /// Reads the list up to the first item that is not `wanted`, and no page behind it.
    pub(crate) async fn collect_while<U>(
        self,
        wanted: impl Fn(&T) -> bool,
        read: impl Fn(T) -> U,
    ) -> Result<Listing<U>, Error> {
        let Self { client, request, items_key, paging, per_page, confirm, .. } = self;
        let paged = paging != Paging::Unpaged;
        let (request, parse) = (request?, if paged { read_page } else { read_unpaged });
        let mut passes = ListPasses::new(confirm, T::HAS_ID);
        let (mut items, mut positions) = (Vec::new(), HashMap::new());
        let (mut number, mut requests, mut rate_limit) = (1, 0, None);
        loop {
            let mut page_request = request.clone();
            if paged {
                page_request = page_request.with_query("per_page", &per_page.to_string());
            }
            // An unpaged list has no second page. If DigitalOcean starts to page it, the other
            // pages are read as well.
            if paged || number > 1 {
                page_request = page_request.with_query("page", &number.to_string());
            }
            let response = client.execute(&page_request, |body| parse(body, items_key)).await?;
            requests += response.attempts;
            rate_limit = response.rate_limit.or(rate_limit);
            let (page, call): (ListPage<T>, _) = (response.value, response.call);
            if let Some(next) = &page.next
                && let Err(source) = check_next(next, client.base_url(), number)
            {
                return Err(Error::PageLink { call, source });
            }
            let read_so_far = (items.len() + page.items.len()) as u64;
            let by_total = paging == Paging::Total && page.total.is_some_and(|total| read_so_far < total);
            let has_next = page.next.is_some() || (by_total && !page.items.is_empty());
            let decision = passes.accept(page.items.iter().map(T::key), page.total, has_next);
            let all_wanted = page.items.iter().all(&wanted);
            for item in page.items.into_iter().take_while(&wanted) {
                let key = T::HAS_ID.then(|| item.key());
                match key.as_ref().and_then(|key| positions.get(key)) {
                    Some(earlier) => items[*earlier] = read(item),
                    None => {
                        positions.extend(key.map(|key| (key, items.len())));
                        items.push(read(item));
                    }
                }
            }
            match decision {
                PageDecision::Fetch(next) if all_wanted => number = next,
                PageDecision::Fetch(_) | PageDecision::Complete => {
                    return Ok(Listing { items, pages: passes.pages(), requests, total: page.total, rate_limit });
                }
                PageDecision::Restart => {
                    tracing::debug!(%call, pass = passes.number, "list changed while it was read; reading it again from page 1");
                    number = 1;
                    items.clear();
                    positions.clear();
                }
                PageDecision::Shifted { seen, total } => {
                    return Err(Error::ListShifted { call, seen, total, passes: passes.number });
                }
                PageDecision::Endless => {
                    return Err(Error::PageLink { call, source: PageLinkError::Endless { pages: passes.pages() } });
                }
            }
        }
    }
}
