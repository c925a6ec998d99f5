//! What was read for one decision.

use super::{Fault, ObservedAction, ObservedDroplet, ObservedSnapshot, ReadRequest, ReadResult, Record};

/// What was read for one decision: every read with its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observations(Vec<(ReadRequest, Result<ReadResult, Fault>)>);

impl Observations {
    /// Nothing yet.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// One more read.
    pub fn add(&mut self, read: ReadRequest, answer: Result<ReadResult, Fault>) {
        self.0.push((read, answer));
    }

    /// Those of `reads` that are not there yet.
    #[must_use]
    pub fn lacks(&self, reads: &[ReadRequest]) -> Vec<ReadRequest> {
        reads.iter().filter(|read| self.answer(read).is_none()).cloned().collect()
    }

    /// The first fault that says nothing of what is there: all but 404.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.0.iter().find_map(|(_, answer)| answer.as_ref().err().filter(|fault| !matches!(fault, Fault::NotFound(_))))
    }

    fn answer(&self, read: &ReadRequest) -> Option<Option<&ReadResult>> {
        self.0.iter().find(|(asked, _)| asked == read).map(|(_, answer)| answer.as_ref().ok())
    }

    /// The records of a zone; `None` where there is no such zone.
    #[must_use]
    pub fn records(&self, zone: &str) -> Option<&[Record]> {
        match self.answer(&ReadRequest::Records { zone: zone.to_owned() })?? {
            ReadResult::Records(records) => Some(records),
            _ => None,
        }
    }

    /// One record; the outer `None` where it was not asked for, the inner where there is none.
    #[must_use]
    pub fn record(&self, zone: &str, id: u64) -> Option<Option<&Record>> {
        let found = self.answer(&ReadRequest::Record { zone: zone.to_owned(), id })?;
        Some(match found {
            Some(ReadResult::Record(record)) => Some(record),
            _ => None,
        })
    }

    /// A droplet; `None` where there is none.
    #[must_use]
    pub fn droplet(&self, id: u64) -> Option<&ObservedDroplet> {
        match self.answer(&ReadRequest::Droplet { id })?? {
            ReadResult::Droplet(droplet) => Some(droplet),
            _ => None,
        }
    }

    /// A droplet's newest actions; `None` where there is no such droplet.
    #[must_use]
    pub fn actions(&self, droplet: u64) -> Option<&[ObservedAction]> {
        match self.answer(&ReadRequest::DropletActions { id: droplet })?? {
            ReadResult::Actions(actions) => Some(actions),
            _ => None,
        }
    }

    /// An action; `None` where there is none.
    #[must_use]
    pub fn action(&self, id: u64) -> Option<&ObservedAction> {
        match self.answer(&ReadRequest::Action { id })?? {
            ReadResult::Action(action) => Some(action),
            _ => None,
        }
    }

    /// The snapshots of droplets.
    #[must_use]
    pub fn snapshots(&self) -> &[ObservedSnapshot] {
        match self.answer(&ReadRequest::DropletSnapshots) {
            Some(Some(ReadResult::Snapshots(snapshots))) => snapshots,
            _ => &[],
        }
    }
}
