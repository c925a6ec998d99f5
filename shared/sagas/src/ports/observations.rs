//! The reads that one decision is based on.

use super::Fault;
use crate::calls::{ObservedAction, ObservedDroplet, ObservedSnapshot, ReadRequest, ReadResult, Record};

/// The reads that one decision is based on, each with its response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observations(Vec<(ReadRequest, Result<ReadResult, Fault>)>);

impl Observations {
    /// Returns observations without any read.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Adds a read and its response.
    pub fn add(&mut self, read: ReadRequest, answer: Result<ReadResult, Fault>) {
        self.0.push((read, answer));
    }

    /// Returns those of `reads` that have not been made yet.
    #[must_use]
    pub fn lacks(&self, reads: &[ReadRequest]) -> Vec<ReadRequest> {
        reads.iter().filter(|read| self.answer(read).is_none()).cloned().collect()
    }

    /// Returns the first fault that proves nothing about what exists: any but 404.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.0.iter().find_map(|(_, answer)| answer.as_ref().err().filter(|fault| !matches!(fault, Fault::NotFound(_))))
    }

    fn answer(&self, read: &ReadRequest) -> Option<Option<&ReadResult>> {
        self.0.iter().find(|(asked, _)| asked == read).map(|(_, answer)| answer.as_ref().ok())
    }

    /// Returns the records of a zone; `None` if the zone does not exist or was not read.
    #[must_use]
    pub fn records(&self, zone: &str) -> Option<&[Record]> {
        match self.answer(&ReadRequest::Records { zone: zone.to_owned() })?? {
            ReadResult::Records(records) => Some(records),
            _ => None,
        }
    }

    /// Returns one record. The outer `None` means that it was not read, the inner one that it does
    /// not exist.
    #[must_use]
    pub fn record(&self, zone: &str, id: u64) -> Option<Option<&Record>> {
        let found = self.answer(&ReadRequest::Record { zone: zone.to_owned(), id })?;
        Some(match found {
            Some(ReadResult::Record(record)) => Some(record),
            _ => None,
        })
    }

    /// Returns a droplet; `None` if it does not exist or was not read.
    #[must_use]
    pub fn droplet(&self, id: u64) -> Option<&ObservedDroplet> {
        match self.answer(&ReadRequest::Droplet { id })?? {
            ReadResult::Droplet(droplet) => Some(droplet),
            _ => None,
        }
    }

    /// Returns a droplet's newest actions; `None` if the droplet does not exist or was not read.
    #[must_use]
    pub fn actions(&self, droplet: u64) -> Option<&[ObservedAction]> {
        match self.answer(&ReadRequest::DropletActions { id: droplet })?? {
            ReadResult::Actions(actions) => Some(actions),
            _ => None,
        }
    }

    /// Returns an action; `None` if it does not exist or was not read.
    #[must_use]
    pub fn action(&self, id: u64) -> Option<&ObservedAction> {
        match self.answer(&ReadRequest::Action { id })?? {
            ReadResult::Action(action) => Some(action),
            _ => None,
        }
    }

    /// Returns the account's snapshots of droplets; empty if they were not read.
    #[must_use]
    pub fn snapshots(&self) -> &[ObservedSnapshot] {
        match self.answer(&ReadRequest::DropletSnapshots) {
            Some(Some(ReadResult::Snapshots(snapshots))) => snapshots,
            _ => &[],
        }
    }
}
