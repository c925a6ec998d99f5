//! Wake-ups on SQS, and on one-time schedules beyond the longest delay of SQS.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{Clock, error_chain};
use futures::FutureExt;
use futures::future::BoxFuture;
use runtime::batch::ALL_ACCOUNTS;
use runtime::queue::MAX_DELAY;
use runtime::{Error, Message, OneTimeSchedule, OutgoingMessage, Queue, Scheduler};
use sagas::ports::Notifier;
use sagas::record::{Phase, SagaId};
use serde::{Deserialize, Serialize};

use crate::{QueueAddress, SagaConfig, SagaFunction};

/// The content of a wake-up message besides the envelope: the saga to drive.
///
/// The envelope's account is [`ALL_ACCOUNTS`]: a wake-up names a saga by its id alone, and the
/// saga's record names its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WakeUp {
    /// The saga to drive.
    pub saga: SagaId,
}

/// The notifier port on SQS and EventBridge Scheduler.
#[derive(Clone)]
pub struct WakeUpQueue {
    queue: Arc<dyn Queue>,
    scheduler: Arc<dyn Scheduler>,
    clock: Arc<dyn Clock>,
    execute: QueueAddress,
    compensate: QueueAddress,
}

impl fmt::Debug for WakeUpQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WakeUpQueue").field("execute", &self.execute).field("compensate", &self.compensate).finish()
    }
}

impl WakeUpQueue {
    /// Returns a notifier for the configured queues.
    #[must_use]
    pub fn new(
        config: &SagaConfig,
        queue: Arc<dyn Queue>,
        scheduler: Arc<dyn Scheduler>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (execute, compensate) = (config.execute.clone(), config.compensate.clone());
        Self { queue, scheduler, clock, execute, compensate }
    }

    async fn send(&self, saga: &SagaId, phase: Phase, at: DateTime<Utc>, rev: u64) -> Result<(), Error> {
        let address = match phase {
            Phase::Forward => &self.execute,
            Phase::Compensate => &self.compensate,
        };
        // The name is the same for every attempt at one wake-up, so that it is scheduled once.
        let name = format!("{saga}-{rev}");
        let message = Message::new(SagaFunction::name_of(phase), ALL_ACCOUNTS, at, name.as_str());
        let body = message.with_fields(WakeUp { saga: *saga })?.to_body();
        let wait = (at - self.clock.now()).max(TimeDelta::zero()).to_std().unwrap_or_default();
        if wait <= MAX_DELAY {
            return self.queue.send(&address.url, OutgoingMessage::new(body).delayed(wait)).await;
        }
        self.scheduler.create(OneTimeSchedule { name, at, queue_arn: address.arn.clone(), body }).await
    }
}

impl Notifier for WakeUpQueue {
    fn schedule_wake_up<'a>(
        &'a self,
        saga: &'a SagaId,
        phase: Phase,
        at: DateTime<Utc>,
        rev: u64,
    ) -> BoxFuture<'a, ()> {
        async move {
            if let Err(error) = self.send(saga, phase, at, rev).await {
                let error = error_chain(&error);
                tracing::warn!(%saga, ?phase, %at, error, "wake-up message not sent; the reconciler will resend it");
            }
        }
        .boxed()
    }
}
