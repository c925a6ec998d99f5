//! What was read for one decision.

use super::{Action, Droplet, Fault, Found, Read, Record, Snapshot};

/// What was read for one decision: every read with its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen(Vec<(Read, Result<Found, Fault>)>);

impl Seen {
    /// Nothing yet.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// One more read.
    pub fn add(&mut self, read: Read, answer: Result<Found, Fault>) {
        self.0.push((read, answer));
    }

    /// Those of `reads` that are not there yet.
    #[must_use]
    pub fn lacks(&self, reads: &[Read]) -> Vec<Read> {
        reads.iter().filter(|read| self.answer(read).is_none()).cloned().collect()
    }

    /// The first fault that says nothing of what is there: all but 404.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.0.iter().find_map(|(_, answer)| answer.as_ref().err().filter(|fault| !matches!(fault, Fault::Absent(_))))
    }

    fn answer(&self, read: &Read) -> Option<Option<&Found>> {
        self.0.iter().find(|(asked, _)| asked == read).map(|(_, answer)| answer.as_ref().ok())
    }

    /// The records of a zone; `None` where there is no such zone.
    #[must_use]
    pub fn records(&self, zone: &str) -> Option<&[Record]> {
        match self.answer(&Read::Records { zone: zone.to_owned() })?? {
            Found::Records(records) => Some(records),
            _ => None,
        }
    }

    /// One record; the outer `None` where it was not asked for, the inner where there is none.
    #[must_use]
    pub fn record(&self, zone: &str, id: u64) -> Option<Option<&Record>> {
        let found = self.answer(&Read::Record { zone: zone.to_owned(), id })?;
        Some(match found {
            Some(Found::Record(record)) => Some(record),
            _ => None,
        })
    }

    /// A droplet; `None` where there is none.
    #[must_use]
    pub fn droplet(&self, id: u64) -> Option<&Droplet> {
        match self.answer(&Read::Droplet { id })?? {
            Found::Droplet(droplet) => Some(droplet),
            _ => None,
        }
    }

    /// A droplet's newest actions; `None` where there is no such droplet.
    #[must_use]
    pub fn actions(&self, droplet: u64) -> Option<&[Action]> {
        match self.answer(&Read::DropletActions { id: droplet })?? {
            Found::Actions(actions) => Some(actions),
            _ => None,
        }
    }

    /// An action; `None` where there is none.
    #[must_use]
    pub fn action(&self, id: u64) -> Option<&Action> {
        match self.answer(&Read::Action { id })?? {
            Found::Action(action) => Some(action),
            _ => None,
        }
    }

    /// The snapshots of droplets.
    #[must_use]
    pub fn snapshots(&self) -> &[Snapshot] {
        match self.answer(&Read::DropletSnapshots) {
            Some(Some(Found::Snapshots(snapshots))) => snapshots,
            _ => &[],
        }
    }
}
