//! Announced changes, registered in the table for the inventory.

use domain::{ExpectedChange, error_chain};
use futures::FutureExt;
use futures::future::BoxFuture;
use sagas::ports::Expectations;
use store::Table;

/// Expected changes, stored in the table until the inventory's sweeps have found them or they
/// expire.
#[derive(Debug, Clone)]
pub struct TableExpectations(pub Table);

impl Expectations for TableExpectations {
    fn expect<'a>(&'a self, change: &'a ExpectedChange) -> BoxFuture<'a, ()> {
        async move {
            if let Err(error) = self.0.expect_change(change).await {
                let (kind, resource, error) =
                    (change.key.kind.as_str(), change.key.provider_id.as_str(), error_chain(&error));
                tracing::warn!(
                    kind,
                    resource,
                    error,
                    "cannot record the expected change; the next sweep will report it as drift"
                );
            }
        }
        .boxed()
    }
}
