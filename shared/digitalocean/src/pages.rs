//! Lists: all pages, all or nothing.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::marker::PhantomData;

use futures::stream::{self, Stream};
use serde::de::DeserializeOwned;

use crate::client::Client;
use crate::envelope::{Page, read_page, read_whole};
use crate::error::{Call, Error};
use crate::links::{PageLinkError, check_next};
use crate::operation::Operation;
use crate::rate_limit::RateLimit;
use crate::request::Request;
use crate::walk::{Step, Walks};

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
    request: Result<Request, Error>,
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
        let mut reader = Reader::new(self)?;
        let mut items: Vec<U> = Vec::new();
        let mut places: HashMap<T::Key, usize> = HashMap::new();
        loop {
            let (page, step) = reader.read().await?;
            for item in page.items {
                if !T::HAS_ID {
                    items.push(read(item));
                    continue;
                }
                let key = item.key();
                match places.get(&key).and_then(|place| items.get_mut(*place)) {
                    Some(earlier) => *earlier = read(item),
                    None => {
                        places.insert(key, items.len());
                        items.push(read(item));
                    }
                }
            }
            match step {
                Turn::NextPage => {}
                Turn::Restart => {
                    items.clear();
                    places.clear();
                }
                Turn::Complete => {
                    let Reader { requests, rate_limit, walks, .. } = reader;
                    return Ok(Listing { items, pages: walks.pages(), requests, total: page.total, rate_limit });
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
        stream::try_unfold(Streaming::Idle(Box::new(self)), |mut state| async move {
            loop {
                match state {
                    Streaming::Idle(pages) => state = Streaming::open(*pages)?,
                    Streaming::Open { mut reader, mut waiting, mut given, more } => {
                        if let Some(item) = waiting.pop_front() {
                            return Ok(Some((item, Streaming::Open { reader, waiting, given, more })));
                        }
                        if !more {
                            return Ok(None);
                        }
                        let (page, turn) = reader.read().await?;
                        waiting.extend(page.items.into_iter().filter(|item| !T::HAS_ID || given.insert(item.key())));
                        state = Streaming::Open { reader, waiting, given, more: turn != Turn::Complete };
                    }
                }
            }
        })
    }
}

/// A stream of items: before its first request, and after.
enum Streaming<T: ListItem> {
    Idle(Box<Pages<T>>),
    Open { reader: Box<Reader<T>>, waiting: VecDeque<T>, given: HashSet<T::Key>, more: bool },
}

impl<T: ListItem> Streaming<T> {
    fn open(pages: Pages<T>) -> Result<Self, Error> {
        let mut reader = Box::new(Reader::new(pages)?);
        if !T::HAS_ID {
            reader.walks = reader.walks.once();
        }
        Ok(Self::Open { reader, waiting: VecDeque::new(), given: HashSet::new(), more: true })
    }
}

/// What follows a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    NextPage,
    Restart,
    Complete,
}

/// Reads one page after another, as [`Walks`] says.
struct Reader<T: ListItem> {
    client: Client,
    request: Request,
    items_key: &'static str,
    filters: Vec<(&'static str, String)>,
    paged: bool,
    per_page: u32,
    page: u32,
    walks: Walks<T::Key>,
    requests: u32,
    rate_limit: Option<RateLimit>,
}

impl<T: ListItem> Reader<T> {
    fn new(pages: Pages<T>) -> Result<Self, Error> {
        let Pages { client, request, items_key, filters, paged, per_page, confirm, .. } = pages;
        let (walks, request) = (Walks::new(confirm), request?);
        let walks = if T::HAS_ID { walks } else { walks.by_place() };
        Ok(Self { client, request, items_key, filters, paged, per_page, page: 1, walks, requests: 0, rate_limit: None })
    }

    async fn read(&mut self) -> Result<(Page<T>, Turn), Error> {
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
        let (key, read) = (self.items_key, if self.paged { read_page } else { read_whole });
        let reply = self.client.execute(&request, &mut self.requests, |body| read(body, key)).await?;
        self.rate_limit = reply.rate_limit.or(self.rate_limit);
        let (page, call): (Page<T>, Box<Call>) = (reply.value, reply.call);
        if let Some(next) = &page.next
            && let Err(source) = check_next(next, self.client.base_url(), self.page)
        {
            return Err(Error::PageLink { call, source });
        }
        match self.walks.accept(page.items.iter().map(T::key), page.total, page.next.is_some()) {
            Step::Fetch(next) => {
                self.page = next;
                Ok((page, Turn::NextPage))
            }
            Step::Restart => {
                tracing::debug!(%call, walk = self.walks.number, "the list is read again from page 1");
                self.page = 1;
                Ok((page, Turn::Restart))
            }
            Step::Complete => Ok((page, Turn::Complete)),
            Step::Shifted { seen, total } => Err(Error::ListShifted { call, seen, total, walks: self.walks.number }),
            Step::Endless => {
                Err(Error::PageLink { call, source: PageLinkError::Endless { pages: self.walks.pages() } })
            }
        }
    }
}
