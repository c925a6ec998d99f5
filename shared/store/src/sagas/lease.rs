//! The lease of a saga: acquired by a worker, and released by a poll that changed nothing. Each is
//! one request.

use aws_sdk_dynamodb::types::ReturnValue;
use sagas::ports::{CommitResult, LeaseRequest, LeaseResult, Reschedule};

use super::items::{missing, record_of};
use crate::item::{attribute, number, text};
use crate::update::ItemUpdate;
use crate::writes::ConditionalWrite;
use crate::{Error, Table, keys};

impl Table {
    pub(super) async fn lease_saga(&self, lease: &LeaseRequest) -> Result<LeaseResult, Error> {
        let LeaseRequest { saga, owner, phase, now, until, skew } = lease;
        let mut change = ItemUpdate::default();
        change.set("lease_owner", text(owner));
        change.set("lease_until", text(keys::time(*until)));
        change.count("fence");
        change.count("takeovers");
        let statuses = phase.statuses().iter().enumerate();
        let statuses: Vec<String> = statuses
            .map(|(index, status)| {
                change.value(&format!("status_{index}"), attribute("status", status)?);
                Ok(format!(":status_{index}"))
            })
            .collect::<Result<_, Error>>()?;
        change.only_if(&format!("#state.#status IN ({})", statuses.join(", ")));
        change.value("now", text(keys::time(*now)));
        change.only_if("next_due <= :now");
        change.value("ended", text(keys::time(*now - *skew)));
        change.only_if("attribute_not_exists(lease_until) OR lease_until < :ended");
        let request = change.request(self, &keys::saga_record(saga)).return_values(ReturnValue::AllNew);
        match self.update(request, &keys::saga_record(saga)).await? {
            ConditionalWrite::Applied(item) => Ok(LeaseResult::Granted(Box::new(record_of(item)?))),
            ConditionalWrite::ConditionFailed { item, .. } => {
                let record = self.current_saga(saga, item).await?;
                Ok(record.map_or(LeaseResult::Unknown, |record| LeaseResult::Refused(Box::new(record))))
            }
        }
    }

    pub(super) async fn reschedule_saga(&self, reschedule: &Reschedule) -> Result<CommitResult, Error> {
        let Reschedule { saga, fence, rev, next_due, polls, denied } = reschedule;
        let mut change = ItemUpdate::default();
        change.due(saga, *next_due);
        change.set("polls", number(*polls));
        change.set("denied", number(*denied));
        change.set("takeovers", number(0));
        change.release_lease();
        change.value("fence", number(*fence));
        change.only_if("fence = :fence");
        change.value("rev", number(*rev));
        change.only_if("#state.#rev = :rev");
        let key = keys::saga_record(saga);
        match self.update(change.request(self, &key), &key).await? {
            ConditionalWrite::Applied(_) => Ok(CommitResult::Written),
            ConditionalWrite::ConditionFailed { item, .. } => {
                let record = self.current_saga(saga, item).await?;
                Ok(CommitResult::Refused(Box::new(record.ok_or_else(|| missing(&key))?)))
            }
        }
    }
}
