//! Announcements of a saga's changes to the inventory. Its next sweep attributes an announced
//! change to the saga instead of reporting drift.

use domain::{AccountId, Cause, CauseType, Expected, ExpectedChange, InvalidId, Kind, ProviderId, ResourceKey};
use futures::future::BoxFuture;

use crate::calls::{WriteRequest, WriteResult};
use crate::record::SagaId;

/// The inventory's kind of a DNS record.
pub(crate) const DNS_RECORD: &str = "dns_record";

/// One change that the next sweep will find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The kind of the resource, such as `dns_record`.
    pub kind: &'static str,
    /// The resource's id at DigitalOcean.
    pub provider_id: String,
    /// The change that the sweep will find.
    pub expected: Expected,
}

impl Announcement {
    /// Returns the announcement of the object that a write created, if the response names it: that
    /// of a snapshot only names the action.
    #[must_use]
    pub fn of_created(write: &WriteRequest, result: &WriteResult) -> Option<Self> {
        let (WriteRequest::CreateRecord { .. }, WriteResult::Record(record)) = (write, result) else { return None };
        Some(Self { kind: DNS_RECORD, provider_id: record.id.to_string(), expected: Expected::Appearance })
    }

    /// Returns the announcement in the inventory's form, as made by this saga.
    ///
    /// # Errors
    /// When DigitalOcean's id is one that the inventory cannot hold.
    pub fn by(
        &self,
        saga: &SagaId,
        account: &AccountId,
        expires_at: chrono::DateTime<chrono::Utc>,
    ) -> Result<ExpectedChange, InvalidId> {
        let provider_id = ProviderId::new(self.provider_id.as_str())?;
        Ok(ExpectedChange {
            key: ResourceKey { account: account.clone(), kind: Kind::from_static(self.kind), provider_id },
            expected: self.expected.clone(),
            cause: Cause { kind: CauseType::Saga, id: Some(saga.to_string()) },
            expires_at,
        })
    }
}

/// The port through which changes are announced.
pub trait Expectations: std::fmt::Debug + Send + Sync {
    /// Registers a change. It replaces an earlier announcement of the same saga for the same
    /// resource.
    ///
    /// Registering never fails: the implementation logs errors, the saga goes on, and an
    /// unannounced change is reported as drift.
    fn expect<'a>(&'a self, change: &'a ExpectedChange) -> BoxFuture<'a, ()>;
}
