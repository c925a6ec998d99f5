//! Paged lists, which are read completely or not at all.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::marker::PhantomData;

use futures::stream::{self, Stream};
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::envelope::{ListPage, read_page, read_unpaged};
use crate::error::{Call, Error};
use crate::list_consistency::{ConsistencyTracker, PageDecision};
use crate::operation::Operation;
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

/// A list to be read, page by page. No request is sent until the list is collected or streamed.
#[derive(Debug)]
#[must_use = "a list is only read by `collect_all` or `into_stream`"]
pub struct Pages<T> {
    client: Client,
    request: Result<PreparedRequest, Error>,
    items_key: &'static str,
    filters: Vec<(&'static str, String)>,
    paged: bool,
    per_page: u32,
    confirm: bool,
    item: PhantomData<fn() -> T>,
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

impl<T: ListItem> Listing<T> {
    /// Appends the items of `other` whose ids are not in this list; pages, requests and totals are
    /// added up.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        self.merge_by(other, T::key)
    }
}

impl<T> Listing<T> {
    /// Merges like [`Listing::merge`], for items that are identified by `key`.
    pub(crate) fn merge_by<K: Eq + Hash>(mut self, other: Self, key: impl Fn(&T) -> K) -> Self {
        let known: HashSet<K> = self.items.iter().map(&key).collect();
        self.items.extend(other.items.into_iter().filter(|item| !known.contains(&key(item))));
        self.pages += other.pages;
        self.requests += other.requests;
        self.total = self.total.zip(other.total).map(|(one, two)| one + two);
        self.rate_limit = other.rate_limit.or(self.rate_limit);
        self
    }
}

impl<T: ListItem> Pages<T> {
    pub(crate) fn new(
        client: &Client,
        operation: &'static Operation,
        parameters: &[&str],
        items_key: &'static str,
    ) -> Self {
        let request = client.request(operation, parameters);
        let (client, filters, per_page) = (client.clone(), Vec::new(), MAX_PER_PAGE);
        Self { client, request, items_key, filters, paged: true, per_page, confirm: false, item: PhantomData }
    }

    /// Configures a list that DigitalOcean sends in one response. No page is requested, and `null`
    /// is an empty list, because there is no total that could say so.
    pub(crate) fn unpaged(mut self) -> Self {
        self.paged = false;
        self
    }

    pub(crate) fn filter(mut self, name: &'static str, value: &str) -> Self {
        self.filters.push((name, value.to_owned()));
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
    /// [`Pages::into_stream`] ignores this setting.
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
        let mut reader = ListReader::new(self)?;
        let mut items: Vec<U> = Vec::new();
        let mut positions: HashMap<T::Key, usize> = HashMap::new();
        loop {
            let (page, continuation) = reader.read().await?;
            for item in page.items {
                if !T::HAS_ID {
                    items.push(read(item));
                    continue;
                }
                let key = item.key();
                match positions.get(&key).and_then(|position| items.get_mut(*position)) {
                    Some(earlier) => *earlier = read(item),
                    None => {
                        positions.insert(key, items.len());
                        items.push(read(item));
                    }
                }
            }
            match continuation {
                ListContinuation::NextPage => {}
                ListContinuation::Restart => {
                    items.clear();
                    positions.clear();
                }
                ListContinuation::Complete => {
                    let ListReader { requests, rate_limit, consistency, .. } = reader;
                    return Ok(Listing { items, pages: consistency.pages(), requests, total: page.total, rate_limit });
                }
            }
        }
    }

    /// Streams the items as their pages arrive, each key once, for lists that do not fit in memory.
    /// Items that were returned cannot be taken back, so the list is complete only if the stream
    /// ends without an error, and an item may have been deleted meanwhile. Items without ids are
    /// not returned twice either: a change of their list ends the stream with
    /// [`Error::ListShifted`].
    ///
    /// The stream ends after its first error.
    pub fn into_stream(mut self) -> impl Stream<Item = Result<T, Error>> + Send {
        self.confirm = false;
        stream::try_unfold(StreamState::Idle(Box::new(self)), |mut state| async move {
            loop {
                match state {
                    StreamState::Idle(pages) => state = StreamState::open(*pages)?,
                    StreamState::Open { mut reader, mut buffered, mut emitted, more } => {
                        if let Some(item) = buffered.pop_front() {
                            return Ok(Some((item, StreamState::Open { reader, buffered, emitted, more })));
                        }
                        if !more {
                            return Ok(None);
                        }
                        let (page, continuation) = reader.read().await?;
                        buffered.extend(page.items.into_iter().filter(|item| !T::HAS_ID || emitted.insert(item.key())));
                        state = StreamState::Open {
                            reader,
                            buffered,
                            emitted,
                            more: continuation != ListContinuation::Complete,
                        };
                    }
                }
            }
        })
    }
}

/// The state of a stream of items, before and after its first request.
enum StreamState<T: ListItem> {
    Idle(Box<Pages<T>>),
    Open { reader: Box<ListReader<T>>, buffered: VecDeque<T>, emitted: HashSet<T::Key>, more: bool },
}

impl<T: ListItem> StreamState<T> {
    fn open(pages: Pages<T>) -> Result<Self, Error> {
        let mut reader = Box::new(ListReader::new(pages)?);
        if !T::HAS_ID {
            reader.consistency = reader.consistency.single_pass();
        }
        Ok(Self::Open { reader, buffered: VecDeque::new(), emitted: HashSet::new(), more: true })
    }
}

/// The step that follows a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListContinuation {
    NextPage,
    Restart,
    Complete,
}

/// Reads one page after another, in the order that [`ConsistencyTracker`] decides.
struct ListReader<T: ListItem> {
    client: Client,
    request: PreparedRequest,
    items_key: &'static str,
    filters: Vec<(&'static str, String)>,
    paged: bool,
    per_page: u32,
    page: u32,
    consistency: ConsistencyTracker<T::Key>,
    requests: u32,
    rate_limit: Option<RateLimit>,
}

impl<T: ListItem> ListReader<T> {
    fn new(pages: Pages<T>) -> Result<Self, Error> {
        let Pages { client, request, items_key, filters, paged, per_page, confirm, .. } = pages;
        let (consistency, request) = (ConsistencyTracker::new(confirm), request?);
        let consistency = if T::HAS_ID { consistency } else { consistency.positional() };
        Ok(Self {
            client,
            request,
            items_key,
            filters,
            paged,
            per_page,
            page: 1,
            consistency,
            requests: 0,
            rate_limit: None,
        })
    }

    async fn read(&mut self) -> Result<(ListPage<T>, ListContinuation), Error> {
        // Filters do not always survive in the next link, so each page is requested with this
        // client's own query.
        let mut query = self.filters.clone();
        if self.paged {
            query.push(("per_page", self.per_page.to_string()));
        }
        // An unpaged list has no second page. If DigitalOcean starts to page it, the other pages
        // are read as well.
        if self.paged || self.page > 1 {
            query.push(("page", self.page.to_string()));
        }
        let request = self.request.with_query(&query);
        let (key, read) = (self.items_key, if self.paged { read_page } else { read_unpaged });
        let response = self.client.execute(&request, &mut self.requests, |body| read(body, key)).await?;
        self.rate_limit = response.rate_limit.or(self.rate_limit);
        let (page, call): (ListPage<T>, Box<Call>) = (response.value, response.call);
        if let Some(next) = &page.next
            && let Err(source) = check_next(next, self.client.base_url(), self.page)
        {
            return Err(Error::PageLink { call, source });
        }
        match self.consistency.accept(page.items.iter().map(T::key), page.total, page.next.is_some()) {
            PageDecision::Fetch(next) => {
                self.page = next;
                Ok((page, ListContinuation::NextPage))
            }
            PageDecision::Restart => {
                tracing::debug!(%call, pass = self.consistency.pass_number, "list changed while it was read; reading it again from page 1");
                self.page = 1;
                Ok((page, ListContinuation::Restart))
            }
            PageDecision::Complete => Ok((page, ListContinuation::Complete)),
            PageDecision::Shifted { seen, total } => {
                Err(Error::ListShifted { call, seen, total, passes: self.consistency.pass_number })
            }
            PageDecision::Endless => {
                Err(Error::PageLink { call, source: PageLinkError::Endless { pages: self.consistency.pages() } })
            }
        }
    }
}
