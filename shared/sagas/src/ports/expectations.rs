//! What the inventory is told beforehand of a saga's changes, so that its next sweep takes them for ours.

use domain::{AccountId, Cause, CauseType, Expected, ExpectedChange, InvalidId, Kind, ProviderId, ResourceKey};
use futures::future::BoxFuture;

use crate::record::SagaId;

/// One change that the next sweep will see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The kind of the resource.
    pub kind: &'static str,
    /// DigitalOcean's id of it.
    pub provider_id: String,
    /// What will be seen.
    pub expected: Expected,
}

impl Announcement {
    /// It as the inventory keeps it.
    ///
    /// # Errors
    /// When DigitalOcean's id is none that the inventory could hold.
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

/// Where changes are announced.
pub trait Expectations: std::fmt::Debug + Send + Sync {
    /// Registers a change; again, it replaces what the same saga announced for the same resource.
    ///
    /// It never fails: an unannounced change is told as drift, and the saga goes on. The implementation logs what went wrong.
    fn expect<'a>(&'a self, change: &'a ExpectedChange) -> BoxFuture<'a, ()>;
}
