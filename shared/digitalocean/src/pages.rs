//! Lists: all pages, all or nothing.

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

/// The most items DigitalOcean puts on a page.
const MAX_PER_PAGE: u32 = 200;

/// An item of a list, known by its key.
pub trait ListItem: DeserializeOwned + Send + Sync + 'static {
    /// Whether its key tells it from every other item. Where DigitalOcean gives items no id, two may say the very same and yet be two:
    /// then the list is never de-duplicated. Instead every page must report the same total, and that many items must come, or the list
    /// is read again; and the key, a digest of all that an item says, serves only to see whether two readings agree.
    const HAS_ID: bool = true;

    /// What tells two items apart.
    type Key: Eq + Hash + Clone + Send + Sync;

    /// The item's key: the same on whichever page it appears.
    fn key(&self) -> Self::Key;
}

/// A list to be read, page by page. Nothing is requested until it is collected or streamed.
#[derive(Debug)]
#[must_use = "a list is read by collect_all or into_stream"]
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

/// A whole list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T> {
    /// Every item once, in DigitalOcean's order. Without ids equal items may be several: see [`ListItem::HAS_ID`].
    pub items: Vec<T>,
    /// Pages the items came from.
    pub pages: u32,
    /// HTTP requests made, with retries and walks that did not count.
    pub requests: u32,
    /// `meta.total` of the last page; `None` when DigitalOcean did not say.
    pub total: Option<u64>,
    /// What the last response said of the rate limit.
    pub rate_limit: Option<RateLimit>,
}

impl<T: ListItem> Listing<T> {
    /// This list followed by what `other` has besides, for items that have an id; pages, requests and totals are added up.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        self.merge_by(other, T::key)
    }
}

impl<T> Listing<T> {
    /// The same of items that are told apart by `key`.
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

    /// For a list that DigitalOcean gives whole: no page is asked for, and `null` is an empty list, as it has no total to say so.
    pub(crate) fn unpaged(mut self) -> Self {
        self.paged = false;
        self
    }

    pub(crate) fn filter(mut self, name: &'static str, value: &str) -> Self {
        self.filters.push((name, value.to_owned()));
        self
    }

    /// Items on a page, 1 to 200; 200 unless told.
    pub fn per_page(mut self, per_page: u32) -> Self {
        self.per_page = per_page.clamp(1, MAX_PER_PAGE);
        self
    }

    /// Reads a list of several pages until two walks agree, at about twice the requests.
    ///
    /// Without it a list read while it changes is read again when the totals tell; what they cannot tell is one item removed and
    /// another added between two requests, which may hide an item. With it nothing that was there throughout is ever missed.
    /// A list of one page is one response and needs no confirmation. Ignored by [`Pages::into_stream`].
    pub fn confirmed(mut self) -> Self {
        self.confirm = true;
        self
    }

    /// The whole list, or the first error and nothing else. Each item is there once, as it was when last seen.
    ///
    /// # Errors
    /// [`Error::ListShifted`] when the list kept changing; [`Error::PageLink`] when a next link is wrong; any [`Error`] of a call.
    pub async fn collect_all(self) -> Result<Listing<T>, Error> {
        self.collect_all_as(|item| item).await
    }

    /// The same, each item made into what is wanted of it as its page arrives: of a long list, whole items may be more than there is memory.
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

    /// The items as their pages arrive, each key once. For lists too long to hold: what has been given out cannot be taken back,
    /// so only the end of the stream without an error says that the list was whole, and an item may have gone meanwhile. Items without
    /// ids are not given out twice either: a change of their list is [`Error::ListShifted`] at once.
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

/// A stream of items: before its first request, and after.
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

/// What follows a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListContinuation {
    NextPage,
    Restart,
    Complete,
}

/// Reads one page after another, as [`ConsistencyTracker`] says.
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
        // Our own query on every page: filters do not always survive in the next link.
        let mut query = self.filters.clone();
        if self.paged {
            query.push(("per_page", self.per_page.to_string()));
        }
        // An unpaged list has no second page; should it come to have one, it is read as well.
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
                tracing::debug!(%call, pass = self.consistency.pass_number, "the list is read again from page 1");
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
